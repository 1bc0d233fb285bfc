package dev.weft.weight.kernel;

import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.weight.Axis;
import dev.weft.weight.FullPrecision;
import dev.weft.weight.Init;
import dev.weft.weight.Reading;
import dev.weft.weight.Weight;
import dev.weft.weight.WeightNames;
import dev.weft.weight.Weights;
import dev.weft.weight.WrappedWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.bytedeco.pytorch.Tensor;

/**
 * Weights of which the kernels with matching names are transformed on their way to smaller ones (once-for-all, Cai et al. 2020): a 5×5
 * kernel is {@code M v} of the centre {@code v} of the 7×7 one, 25 numbers, and a 3×3 kernel is another matrix times the centre of that
 * 5×5 one. A layer has one matrix (n², n²) for each step, which all of its channels share. All begin as the identity, so that a family begins as one
 * of slices.
 *
 * <p>Matrices are stored and trained with the other weights, as {@code LAYER.7to5_matrix}; a member that is taken out of its family has
 * none.
 */
public final class TransformedKernels implements WrappedWeights {
    private final Weights source;
    private final WeightNames names;

    TransformedKernels(Weights source, KernelTransforms settings) {
        this.source = source;
        this.names = new WeightNames("Kernel transforms", settings.pattern(), false);
    }

    @Override
    public Weights source() {
        return source;
    }

    @Override
    public Weight weight(String name, Init init, Axis... axes) {
        boolean kernels = axes.length == 4
                && axes[2].crop() == Axis.Crop.CENTRE
                && axes[2].equals(axes[3])
                && !axes[2].size().choices().isEmpty();
        if (!kernels || names.find(name, axes).isEmpty()) {
            return source.weight(name, init, axes);
        }
        Dim size = axes[2].size();
        Axis whole = Axis.fixed(size.max());
        List<Integer> sizes = sizes(size);
        List<Weight> matrices = new ArrayList<>();
        for (int i = 1; i < sizes.size(); i++) {
            int entries = sizes.get(i - 1) * sizes.get(i - 1);
            matrices.add(source.weight(
                    matrix(name, sizes.get(i), sizes.get(i - 1)),
                    Init.identity(),
                    Axis.fixed(entries),
                    Axis.fixed(entries)));
        }
        return new TransformedKernel(source.weight(name, init, axes[0], axes[1], whole, whole), size, sizes, matrices);
    }

    private static List<Integer> sizes(Dim size) {
        TreeSet<Integer> sizes = new TreeSet<>();
        Member.combinations(size.choices()).forEach(member -> sizes.add(size.size(member)));
        return List.copyOf(sizes);
    }

    private static String matrix(String name, int from, int to) {
        int dot = name.lastIndexOf('.');
        return (dot < 0 ? "" : name.substring(0, dot + 1)) + from + "to" + to + "_matrix";
    }

    /** @throws dev.weft.io.InputException when the pattern matched no kernel of which members have several sizes */
    @Override
    public void built() {
        names.requireSome();
        source.built();
    }

    /**
     * Kernels (out, in, k, k) of one layer.
     *
     * @param largest the stored ones, at the largest k
     * @param sizes every k, rising
     * @param matrices from the (i+1)-th size to the i-th
     */
    private record TransformedKernel(Weight largest, Dim size, List<Integer> sizes, List<Weight> matrices)
            implements Weight {
        @Override
        public Tensor tensor(Reading reading) {
            int wanted = size.size(reading.member());
            return FullPrecision.of(() -> {
                Tensor kernels = largest.tensor(reading);
                for (int i = sizes.size() - 1; sizes.get(i) > wanted; i--) {
                    int smaller = sizes.get(i - 1);
                    int offset = (sizes.get(i) - smaller) / 2;
                    long[] shape = {kernels.size(0), kernels.size(1), smaller, smaller};
                    kernels = kernels.narrow(2, offset, smaller)
                            .narrow(3, offset, smaller)
                            .reshape(-1, (long) smaller * smaller)
                            .mm(matrices.get(i - 1).tensor(reading).t())
                            .reshape(shape);
                }
                return kernels;
            });
        }

        @Override
        public List<Integer> shape(Member member) {
            List<Integer> shape = new ArrayList<>(largest.shape(member));
            shape.set(2, size.size(member));
            shape.set(3, size.size(member));
            return shape;
        }
    }
}
