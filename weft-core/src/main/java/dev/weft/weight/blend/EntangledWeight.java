package dev.weft.weight.blend;

import dev.weft.space.Member;
import dev.weft.weight.Axis;
import dev.weft.weight.Reading;
import dev.weft.weight.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * A sliced weight of which a blend sees the weighted sum of all slices, each padded with zeros to the size that the blend picks, the largest (TangleNAS,
 * Sukthanker et al. 2024). Computed as one product, {@code W ⊙ M}: an entry is multiplied by the weights of the slices that hold
 * it, so memory does not grow with the number of options.
 *
 * <p>A member that is no blend sees its slice; a blend of what was drawn (see {@link SimplexMap.Gdas}) the slice of that.
 */
public final class EntangledWeight implements Weight {
    private final Weight slices;
    private final List<Part> parts;
    private final Function<Reading, Mixture> blends;
    private final Blend settings;

    /** Axes that depend on common choices, and where in the weight they lie. */
    public record Part(Slices slices, int[] positions, int dims) {
        /** The multiplier, shaped to be broadcast over the weight as the blend {@code member} sees it. */
        Tensor multiplier(Mixture blend, Member member) {
            Tensor multiplier = slices.narrowed(blend.multiplier(slices), member);
            long[] shape = new long[dims];
            Arrays.fill(shape, 1);
            for (int i = 0; i < positions.length; i++) {
                shape[positions[i]] = multiplier.size(i);
            }
            return multiplier.reshape(shape);
        }
    }

    public EntangledWeight(Weight slices, List<Part> parts, Function<Reading, Mixture> blends, Blend settings) {
        this.slices = slices;
        this.parts = parts;
        this.blends = blends;
        this.settings = settings;
    }

    /** The parts of a weight's axes: those that depend on a common choice are one. */
    public static List<Part> parts(Axis... axes) {
        List<List<Integer>> groups = new ArrayList<>();
        for (int i = 0; i < axes.length; i++) {
            if (!axes[i].blended() || axes[i].size().choices().isEmpty()) {
                continue;
            }
            List<Integer> joined = new ArrayList<>(List.of(i));
            int axis = i;
            groups.removeIf(group -> group.stream().anyMatch(j -> axes[j].size().choices().stream()
                            .anyMatch(axes[axis].size().choices()::contains))
                    && joined.addAll(group));
            joined.sort(null);
            groups.add(joined);
        }
        return groups.stream()
                .map(group -> new Part(
                        new Slices(group.stream().map(j -> axes[j].alone()).toList()),
                        group.stream().mapToInt(Integer::intValue).toArray(),
                        axes.length))
                .toList();
    }

    @Override
    public Tensor tensor(Reading reading) {
        Member member = reading.member();
        Tensor view = slices.tensor(reading);
        if (!Mixture.is(member)) {
            return view;
        }
        if (BlendDraw.isDrawn(member)) {
            return drawn(view, reading);
        }
        Tensor multiplier = multiplier(reading);
        boolean hasInputs = (view.dim() == 2 || view.dim() == 4) && view.size(1) > 1;
        return view.mul(
                hasInputs && settings.partialChannels() > 1
                        ? Slices.partial(multiplier, settings.partialChannels(), view.size(1))
                        : multiplier);
    }

    /** The slice that the drawn sizes have: of value as it is, with the gradient of what was drawn. */
    private Tensor drawn(Tensor view, Reading reading) {
        Mixture blend = blends.apply(reading);
        for (Part part : parts) {
            if (part.slices().isOfAll()) {
                view = view.mul(blend.drawn(part.slices().choices(), reading.member()));
            }
        }
        return view;
    }

    private boolean isMasked(Reading reading) {
        Member member = reading.member();
        return Mixture.is(member) && !BlendDraw.isDrawn(member) && settings.norm() == Blend.Norm.MASKED;
    }

    private Tensor multiplier(Reading reading) {
        Member member = reading.member();
        Mixture blend = blends.apply(reading);
        Tensor product = parts.get(0).multiplier(blend, member);
        for (Part part : parts.subList(1, parts.size())) {
            product = product.mul(part.multiplier(blend, member));
        }
        return product;
    }

    @Override
    public List<Integer> shape(Member member) {
        return slices.shape(member);
    }

    /**
     * A channel of masked norms counts in mean and variance by its multiplier, so that a blend of one member normalises as that
     * member does; otherwise over the full width, as published.
     */
    @Override
    public Tensor layerNorm(Tensor x, Tensor bias, double epsilon, Reading reading) {
        if (!isMasked(reading)) {
            return Weight.super.layerNorm(x, bias, epsilon, reading);
        }
        Tensor heard = multiplier(reading); // (C)
        Tensor centred = x.sub(meanOf(x, heard));
        Tensor normal = centred.mul(
                meanOf(centred.square(), heard).add(new Scalar(epsilon)).rsqrt());
        Tensor scaled = normal.mul(tensor(reading));
        return bias == null ? scaled : scaled.add(bias);
    }

    /** Does what {@link #layerNorm} does. */
    @Override
    public Tensor rmsNorm(Tensor x, double epsilon, Reading reading) {
        if (!isMasked(reading)) {
            return Weight.super.rmsNorm(x, epsilon, reading);
        }
        Tensor heard = multiplier(reading); // (C)
        Tensor normal = x.mul(meanOf(x.square(), heard).add(new Scalar(epsilon)).rsqrt());
        return normal.mul(tensor(reading));
    }

    /** The mean over the last axis in which a channel counts by how much of it is heard. */
    private static Tensor meanOf(Tensor x, Tensor heard) {
        return x.mul(heard).sum(new long[] {-1}, true, new ScalarTypeOptional()).div(heard.sum());
    }
}
