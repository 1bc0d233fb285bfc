package dev.weft.weight.blend;

import dev.weft.ops.ImageOps;
import dev.weft.ops.NormOps;
import dev.weft.ops.Ops;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.weight.Axis;
import dev.weft.weight.Convolution;
import dev.weft.weight.Init;
import dev.weft.weight.Reading;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A weight of its own for every combination of options that has one, of which a blend runs all and mixes their outputs: how gradient-based
 * search was done before weights were entangled, as a baseline. Parameters, memory and time grow with the number of combinations.
 *
 * <p>A member that is no blend sees its own weight.
 */
final class SeparateWeight implements Weight {
    private final List<Choice<?>> choices;
    private final List<Member> combinations; // those that have the sizes
    private final long[] positions; // of them among all
    private final boolean all;
    private final List<Weight> weights; // one a combination
    private final Map<List<Object>, Integer> index = new LinkedHashMap<>();
    private final List<Axis> axes;
    private final Function<Reading, Mixture> blends;

    SeparateWeight(Weights source, Function<Reading, Mixture> blends, String name, Init init, Axis... axes) {
        this.axes = List.of(axes);
        this.blends = blends;
        this.choices = this.axes.stream()
                .filter(Axis::blended)
                .flatMap(axis -> axis.size().choices().stream())
                .distinct()
                .collect(Collectors.toUnmodifiableList());
        List<Member> every = Member.combinations(choices);
        this.positions = IntStream.range(0, every.size())
                .filter(k -> this.axes.stream().allMatch(axis -> axis.size().exists(every.get(k))))
                .asLongStream()
                .toArray();
        this.all = positions.length == every.size();
        this.combinations =
                Arrays.stream(positions).mapToObj(k -> every.get((int) k)).toList();
        combinations.forEach(member -> index.put(options(member), index.size()));
        this.weights = combinations.stream()
                .map(member -> source.weight(
                        name + "[" + member + "]",
                        init,
                        this.axes.stream().map(axis -> axis.at(member)).toArray(Axis[]::new)))
                .toList();
    }

    private List<Object> options(Member member) {
        return choices.stream().<Object>map(member::value).toList();
    }

    private Weight own(Member member) {
        return weights.get(index.get(options(member)));
    }

    @Override
    public Tensor tensor(Reading reading) {
        Member member = reading.member();
        if (!Mixture.is(member)) {
            return own(member).tensor(reading);
        }
        return mixed(reading, weight -> padded(weight.tensor(reading), member));
    }

    /** @param outcome what one combination gives; all of one shape */
    private Tensor mixed(Reading reading, Function<Weight, Tensor> outcome) {
        Mixture blend = blends.apply(reading);
        Tensor parts = blend.joint(choices);
        if (!all) { // how much of all of them is heard is said where their outcome is mixed
            parts = Slices.ofSum(parts.index_select(0, Tensors.longsLike(parts, positions)));
        }
        Tensor sum = null;
        for (int k = 0; k < weights.size(); k++) {
            if (!blend.allows(choices, combinations.get(k))) {
                continue;
            }
            Tensor part = outcome.apply(weights.get(k)).mul(parts.select(0, k));
            sum = sum == null ? part : sum.add(part);
        }
        return sum;
    }

    /** Zeros around a combination's tensor, up to the size that a blend picks: the largest. */
    private Tensor padded(Tensor tensor, Member member) {
        long[] padding = new long[2 * axes.size()];
        for (int i = 0; i < axes.size(); i++) {
            long missing = axes.get(i).size().size(member) - tensor.size(i);
            long before = axes.get(i).crop() == Axis.Crop.CENTRE ? missing / 2 : 0;
            int last = 2 * (axes.size() - 1 - i); // padding is given from the last axis on
            padding[last] = before;
            padding[last + 1] = missing - before;
        }
        return Arrays.stream(padding).allMatch(p -> p == 0) ? tensor : torch.constant_pad_nd(tensor, padding);
    }

    @Override
    public List<Integer> shape(Member member) {
        return Mixture.is(member)
                ? axes.stream().map(axis -> axis.size().size(member)).toList()
                : own(member).shape(member);
    }

    @Override
    public Tensor linear(Tensor x, Tensor bias, Reading reading) {
        Member member = reading.member();
        if (!Mixture.is(member)) {
            return Weight.super.linear(x, bias, reading);
        }
        int axis = (int) x.dim() - 1;
        Tensor mixed = mixed(reading, weight -> {
            Tensor own = weight.tensor(reading);
            Tensor y = Ops.linear(x.narrow(axis, 0, own.size(1)), own, null);
            return torch.constant_pad_nd(y, 0, axes.get(0).size().size(member) - own.size(0));
        });
        return bias == null ? mixed : mixed.add(bias);
    }

    @Override
    public Tensor conv2d(Tensor x, Tensor bias, Convolution how, Reading reading) {
        Member member = reading.member();
        if (!Mixture.is(member)) {
            return Weight.super.conv2d(x, bias, how, reading);
        }
        Tensor mixed = mixed(reading, weight -> {
            Tensor own = weight.tensor(reading);
            int groups = how.groups(own);
            Tensor y = ImageOps.conv2d(
                    x.narrow(1, 0, own.size(1) * groups),
                    own,
                    null,
                    how.stride(),
                    how.padding(own),
                    how.dilation(),
                    groups);
            return torch.constant_pad_nd(y, 0, 0, 0, 0, 0, axes.get(0).size().size(member) - own.size(0));
        });
        return bias == null ? mixed : mixed.add(bias.reshape(1, -1, 1, 1));
    }

    /** Every combination normalises the features that it has. */
    @Override
    public Tensor layerNorm(Tensor x, Tensor bias, double epsilon, Reading reading) {
        Member member = reading.member();
        if (!Mixture.is(member)) {
            return Weight.super.layerNorm(x, bias, epsilon, reading);
        }
        Tensor mixed = normalised(x, reading, (part, own) -> NormOps.layerNorm(part, own, null, epsilon));
        return bias == null ? mixed : mixed.add(bias);
    }

    /** Does what {@link #layerNorm} does. */
    @Override
    public Tensor rmsNorm(Tensor x, double epsilon, Reading reading) {
        return Mixture.is(reading.member())
                ? normalised(x, reading, (part, own) -> NormOps.rmsNorm(part, own, epsilon))
                : Weight.super.rmsNorm(x, epsilon, reading);
    }

    /** @param norm of the features that a combination has, and its weight */
    private Tensor normalised(Tensor x, Reading reading, BinaryOperator<Tensor> norm) {
        Member member = reading.member();
        return mixed(reading, weight -> {
            Tensor own = weight.tensor(reading);
            Tensor y = norm.apply(x.narrow(x.dim() - 1, 0, own.size(0)), own);
            return torch.constant_pad_nd(y, 0, axes.get(0).size().size(member) - own.size(0));
        });
    }
}
