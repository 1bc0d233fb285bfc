package dev.weft.weight;

import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** Slices of stored doubles, normally distributed, for finite differences. */
public final class DoubleWeights implements Weights {
    public final Map<String, Tensor> tensors = new LinkedHashMap<>();

    @Override
    public Weight weight(String name, Init init, Axis... axes) {
        long[] shape = Arrays.stream(axes).mapToLong(Axis::stored).toArray();
        Tensor stored = tensors.computeIfAbsent(name, n -> {
            SplittableRandom random = new SplittableRandom(n.hashCode());
            double[] values = new double[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
            Arrays.setAll(values, i -> random.nextGaussian());
            Tensor tensor = Tensors.keep(Tensor.create(values, shape));
            tensor.set_requires_grad(true);
            return tensor;
        });
        return new Weight() {
            @Override
            public Tensor tensor(Reading reading) {
                Member member = reading.member();
                Tensor view = stored;
                for (int i = 0; i < axes.length; i++) {
                    int size = axes[i].size().size(member);
                    view = size == axes[i].stored() ? view : view.narrow(i, axes[i].offset(member), size);
                }
                return view;
            }

            @Override
            public List<Integer> shape(Member member) {
                return Arrays.stream(axes).map(axis -> axis.size().size(member)).toList();
            }
        };
    }

    @Override
    public Tensor buffer(String name, Supplier<Tensor> first) {
        return tensors.computeIfAbsent(name, n -> Tensors.keep(first.get()));
    }

    public static double[] doubles(Tensor tensor) {
        try (PointerScope scope = new PointerScope()) {
            Tensor plain = tensor.detach().contiguous();
            double[] values = new double[(int) plain.numel()];
            new DoublePointer(plain.data_ptr_double()).get(values);
            return values;
        }
    }
}
