package dev.weft.ops;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Gradients against central finite differences in float64, entry by entry. */
public final class GradientCheck {
    private static final double STEP = 1e-5;

    private GradientCheck() {}

    /** Values from a normal distribution in float64, which have a gradient; they belong to the caller's scope. */
    public static Tensor random(long seed, long... shape) {
        SplittableRandom random = new SplittableRandom(seed);
        int count = 1;
        for (long size : shape) {
            count *= (int) size;
        }
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextGaussian();
        }
        return Tensor.create(values, shape).set_requires_grad(true);
    }

    /**
     * The largest difference between a gradient and its finite difference, over the larger of both and 1. The function's result is
     * weighed entry by entry with fixed numbers, so that no entry's gradient cancels another's.
     *
     * @param perInput how many entries of each input are tried, spread evenly
     */
    public static double worst(Function<List<Tensor>, Tensor> function, List<Tensor> inputs, int perInput) {
        try (PointerScope scope = new PointerScope()) {
            Tensor output = function.apply(inputs);
            Tensor weights = random(output.numel(), output.shape()).detach();
            output.mul(weights).sum().backward();
            List<double[]> gradients = new ArrayList<>();
            inputs.forEach(input -> gradients.add(Tensors.doubles(input.grad())));
            double worst = 0;
            try (NoGradGuard guard = new NoGradGuard()) {
                for (int i = 0; i < inputs.size(); i++) {
                    int count = gradients.get(i).length;
                    for (int n = 0; n < Math.min(perInput, count); n++) {
                        int at = (int) ((long) n * count / Math.min(perInput, count));
                        double difference = (moved(function, inputs, weights, i, at, STEP)
                                        - moved(function, inputs, weights, i, at, -STEP))
                                / (2 * STEP);
                        double gradient = gradients.get(i)[at];
                        double size = Math.max(1, Math.max(Math.abs(gradient), Math.abs(difference)));
                        double error = Math.abs(gradient - difference) / size;
                        worst = Double.isNaN(error) ? Double.NaN : Math.max(worst, error);
                    }
                }
            }
            return worst;
        }
    }

    private static double moved(
            Function<List<Tensor>, Tensor> function,
            List<Tensor> inputs,
            Tensor weights,
            int input,
            int at,
            double by) {
        DoublePointer entry = new DoublePointer(inputs.get(input).data_ptr_double());
        double before = entry.get(at);
        entry.put(at, before + by);
        try (PointerScope scope = new PointerScope()) {
            return function.apply(inputs)
                    .to(torch.ScalarType.Double)
                    .mul(weights)
                    .sum()
                    .item_double();
        } finally {
            entry.put(at, before);
        }
    }
}
