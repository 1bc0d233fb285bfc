package dev.weft.weight.blend;

import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.weight.Axis;
import dev.weft.weight.FullPrecision;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Which entries of some axes each combination of options sees, as 0 and 1. The axes depend on common choices, so what a blend
 * multiplies them by is no outer product of one vector an axis:
 *
 * <pre>
 *   M[i, j] = Σ_k p_k · 1[i in slice k of axis 1] · 1[j in slice k of axis 2]
 * </pre>
 *
 * <p>Where some combinations have no such size at all (operations that are no convolution beside others that are), the parts of the rest
 * are taken of their sum: the multiplier says what is mixed with what, and how much of all of it is heard is said where the outcome is
 * mixed with that of the others. Before a norm, which undoes a common factor, there would be no other place to say it.
 *
 * <p>Equal for equal axes, so that weights that meet at a width share one multiplier.
 */
public final class Slices {
    private final List<Axis> axes;
    private final List<Choice<?>> choices;
    private final List<float[]> seen; // for each axis (K, length); of Java, so that nobody need close it
    private final float[] existing; // (K), 1 for a combination that has all of the sizes

    /** @param axes whose sizes depend on {@code choices}, each in one part */
    public Slices(List<Axis> axes) {
        this.axes = axes;
        this.choices = axes.stream()
                .flatMap(axis -> axis.size().choices().stream())
                .distinct()
                .collect(Collectors.toUnmodifiableList());
        List<Member> combinations = Member.combinations(choices);
        this.seen = axes.stream().map(axis -> seen(axis, combinations)).toList();
        this.existing = new float[combinations.size()];
        for (int k = 0; k < existing.length; k++) {
            Member member = combinations.get(k);
            existing[k] = axes.stream().allMatch(axis -> axis.size().exists(member)) ? 1 : 0;
        }
    }

    private static float[] seen(Axis axis, List<Member> combinations) {
        int length = axis.size().max();
        float[] entries = new float[combinations.size() * length];
        for (int k = 0; k < combinations.size(); k++) {
            int from = axis.offset(combinations.get(k));
            int size = axis.size().size(combinations.get(k));
            Arrays.fill(entries, k * length + from, k * length + from + size, 1);
        }
        return entries;
    }

    public List<Choice<?>> choices() {
        return choices;
    }

    /** Whether every combination has the sizes; where some have not, how much of them is heard is said elsewhere. */
    boolean isOfAll() {
        for (float one : existing) {
            if (one == 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * What the entries of the axes are multiplied by: one dimension an axis.
     *
     * @param weights of the combinations (K), summing to 1
     */
    public Tensor multiplier(Tensor weights) {
        return FullPrecision.of(() -> {
            Tensor parts = ofExisting(weights);
            Tensor mixed = seen(0, parts).mul(parts.unsqueeze(1)); // (K, length)
            if (axes.size() == 1) {
                return mixed.sum(0);
            }
            for (int i = 1; i < axes.size() - 1; i++) {
                mixed = mixed.unsqueeze(2).mul(seen(i, parts).unsqueeze(1)).flatten(1, -1);
            }
            Tensor last = seen(axes.size() - 1, parts);
            long[] shape = axes.stream().mapToLong(axis -> axis.size().max()).toArray();
            return mixed.t().matmul(last).reshape(shape);
        });
    }

    /** The parts of the combinations that exist, of their sum; none of the others. */
    private Tensor ofExisting(Tensor weights) {
        if (!isOfAll()) {
            return ofSum(weights.mul(Tensors.like(weights, existing, existing.length)));
        }
        return weights;
    }

    /** Parts of their sum; all are 0 where the sum is. */
    static Tensor ofSum(Tensor parts) {
        Tensor sum = parts.sum();
        return parts.div(sum.add(sum.eq(new Scalar(0)).to(sum)));
    }

    /**
     * The part of a multiplier that a blend sees which picks less than the largest of every axis: what its sub-space has.
     *
     * @param member the blend
     */
    Tensor narrowed(Tensor multiplier, Member member) {
        for (int i = 0; i < axes.size(); i++) {
            int size = axes.get(i).size().size(member);
            if (size < multiplier.size(i)) {
                multiplier = multiplier.narrow(i, axes.get(i).offset(member), size);
            }
        }
        return multiplier;
    }

    /** (K, length) of one axis, as the weights are stored. */
    private Tensor seen(int axis, Tensor weights) {
        return Tensors.like(
                weights, seen.get(axis), weights.size(0), axes.get(axis).size().max());
    }

    /** The multiplier for every {@code every}-th of the {@code inputs} of the second axis, and one for the others: partial channels. */
    static Tensor partial(Tensor multiplier, int every, long inputs) {
        float[] mixed = new float[(int) inputs];
        for (int i = 0; i < inputs; i += every) {
            mixed[i] = 1;
        }
        long[] shape = new long[(int) multiplier.dim()];
        Arrays.fill(shape, 1);
        shape[1] = inputs;
        return multiplier
                .sub(new Scalar(1))
                .mul(Tensors.like(multiplier, mixed, shape))
                .add(new Scalar(1));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Slices slices && slices.axes.equals(axes);
    }

    @Override
    public int hashCode() {
        return axes.hashCode();
    }
}
