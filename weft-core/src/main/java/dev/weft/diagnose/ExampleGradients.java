package dev.weft.diagnose;

import dev.weft.criterion.Criterion;
import dev.weft.data.Batch;
import dev.weft.data.Dataset;
import dev.weft.model.Family;
import dev.weft.nn.NormStatistics;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The exact gradient of one member's loss on each of some examples, by one backward pass an example: what gradients' norms are, where
 * training uses a cheaper stand-in for them.
 *
 * @param norms of the examples' gradients, in the order of the examples
 * @param squaredMean {@code ‖mean‖²} of these gradients
 */
public record ExampleGradients(List<Double> norms, double squaredMean) {
    public ExampleGradients {
        norms = List.copyOf(norms);
    }

    /**
     * By the criterion of the family's input. Nothing of the family changes.
     *
     * @param norm for batch norm: the member's own statistics. Those of a batch would be of one example
     * @param examples their indices; one or more
     */
    public static ExampleGradients of(Family family, Member member, NormStatistics norm, Dataset data, int[] examples) {
        if (examples.length == 0) {
            throw new IllegalArgumentException("Gradients of examples must have one example or more, but got none.");
        }
        Map<String, Tensor> sums = new LinkedHashMap<>();
        List<Double> norms = new ArrayList<>();
        Criterion own = family.definition().input().criterion();
        try (FrozenGradients gradients = new FrozenGradients(family, norm, own)) {
            for (int example : examples) {
                try (PointerScope scope = new PointerScope();
                        NoGradGuard guard = new NoGradGuard()) {
                    Batch batch = data.batch(new int[] {example});
                    double squares = 0;
                    for (Map.Entry<String, Tensor> entry :
                            gradients.of(member, batch).entrySet()) {
                        squares += RunningVariance.squaredNorm(entry.getValue());
                        sums.computeIfAbsent(
                                        entry.getKey(),
                                        name -> Tensors.keep(torch.zeros_like(entry.getValue())
                                                .to(ScalarType.Double)))
                                .add_(entry.getValue());
                    }
                    norms.add(Math.sqrt(squares));
                }
            }
            double squaredSum = 0;
            try (PointerScope scope = new PointerScope()) {
                for (Tensor sum : sums.values()) {
                    squaredSum += RunningVariance.squaredNorm(sum);
                }
            }
            return new ExampleGradients(norms, squaredSum / ((double) examples.length * examples.length));
        } finally {
            sums.values().forEach(Tensor::close);
        }
    }

    /** The variance of one example's reweighted gradient, drawn with these probabilities: see {@link ImportanceSampling#variance}. */
    public double variance(double[] probabilities) {
        return ImportanceSampling.variance(array(), squaredMean, probabilities);
    }

    /** The probabilities that make {@link #variance} smallest. */
    public double[] optimal() {
        return ImportanceSampling.optimal(array());
    }

    private double[] array() {
        return norms.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
