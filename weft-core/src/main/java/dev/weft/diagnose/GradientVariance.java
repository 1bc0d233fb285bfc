package dev.weft.diagnose;

import dev.weft.criterion.Criterion;
import dev.weft.io.InputException;
import dev.weft.model.Family;
import dev.weft.nn.BatchStatistics;
import dev.weft.optim.Clipping;
import dev.weft.seed.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * How noisy the gradient is that a sampling of members and data applies: over independent draws at frozen weights, the squared norm of
 * its mean and the trace of its covariance, {@code tr Var(G) = E‖G − E G‖²} (Lu et al., "PA&amp;DA: Jointly Sampling PAth and DAta for
 * Consistent NAS", 2023, argue from it; their training loss is no evidence for it). A parameter that a draw does not use counts as a
 * gradient of zero there.
 *
 * <p>One number says nothing of whether the noise hurts: compare samplings at the same weights, see {@link VarianceComparison}.
 *
 * @param draws how many gradients were drawn
 * @param whole all weights together
 * @param layers the same by layer, in the order of the model; their numbers add up to those of {@code whole}
 */
public record GradientVariance(int draws, Part whole, List<Part> layers) {
    private static final int MOST_LAYERS = 40;

    /**
     * Some of the weights.
     *
     * @param name of the layer, or {@code whole}
     * @param squaredMean {@code ‖mean‖²} of the drawn gradients. Its expectation is too large by {@code variance / draws}
     * @param variance {@code tr Var}, with the divisor {@code draws − 1}: unbiased
     * @param ofPairs the mean of half the squared distance of draws 0 and 1, 2 and 3, …: {@code tr Var} once more, where draws are
     *     independent. Where a sampling gives both of a pair the same data, it is the variance of what the data leaves open
     * @param standardError of {@code ofPairs}, and rather too large for {@code variance}, which uses all pairs; NaN of two draws
     */
    public record Part(String name, double squaredMean, double variance, double ofPairs, double standardError) {
        /** {@code tr Var / ‖mean‖²}, as PA&amp;DA's probe has it; it cannot exceed the number of draws by much, however noisy they are. */
        public double relative() {
            return variance / squaredMean;
        }
    }

    /**
     * What stands between a loss and the gradient that is applied.
     *
     * @param criterion gives the loss
     * @param clipping of each drawn gradient; {@code null} for none
     */
    public record Applied(Criterion criterion, Clipping clipping) {
        /** The gradient as it is. */
        public static Applied unclipped(Criterion criterion) {
            return new Applied(criterion, null);
        }
    }

    public GradientVariance {
        layers = List.copyOf(layers);
    }

    /**
     * The variance of the whole over its squared mean without the part of the mean that is noise itself, {@code ‖mean‖² − tr Var /
     * draws}: infinite where the mean cannot be told from zero with so many draws.
     */
    public double noiseToSignal() {
        double signal = whole.squaredMean() - whole.variance() / draws;
        return signal > 0 ? whole.variance() / signal : Double.POSITIVE_INFINITY;
    }

    /** Does what {@link #of(Family, GradientDraws, int, long, Applied, IntConsumer)} does, for the criterion of the family's input. */
    public static GradientVariance of(Family family, GradientDraws sampling, int draws, long seed) {
        Criterion own = family.definition().input().criterion();
        return of(family, sampling, draws, seed, Applied.unclipped(own), done -> {});
    }

    /**
     * Draws gradients and measures them. Nothing of the family changes. Memory is that of two gradients beside the one that is drawn.
     *
     * @param draws 2 or more; 200 in PA&amp;DA's probe
     * @param seed two samplings that are measured with one seed are paired
     * @param progress told how many draws are done
     * @throws dev.weft.io.CheckFailedException when a loss is not finite
     */
    public static GradientVariance of(
            Family family, GradientDraws sampling, int draws, long seed, Applied applied, IntConsumer progress) {
        if (draws < 2) {
            throw new InputException("A variance must have 2 or more draws, but got " + draws + ".");
        }
        Map<String, String> layers = Layers.of(FrozenGradients.weights(family).keySet(), MOST_LAYERS);
        Map<String, RunningVariance> running = new LinkedHashMap<>();
        try (FrozenGradients gradients = new FrozenGradients(family, BatchStatistics.INSTANCE, applied.criterion())) {
            layers.keySet()
                    .forEach(name -> running.put(
                            name, new RunningVariance(family.weights().tensors().get(name))));
            for (int i = 0; i < draws; i++) {
                try (PointerScope scope = new PointerScope();
                        NoGradGuard guard = new NoGradGuard()) {
                    Map<String, Tensor> drawn = gradients.of(sampling.draw(i, random(seed, i)));
                    if (applied.clipping() != null) {
                        drawn.replaceAll((name, gradient) -> gradient.clone()); // one may be a view of another
                        applied.clipping().apply(drawn);
                    }
                    running.forEach((name, variance) -> variance.add(drawn.get(name)));
                }
                progress.accept(i + 1);
            }
            return new GradientVariance(draws, part("whole", running.values()), byLayer(layers, running));
        } finally {
            running.values().forEach(RunningVariance::close);
        }
    }

    private static RandomGenerator random(long seed, int index) {
        return RandomStream.GRADIENTS.random(seed, index);
    }

    private static List<Part> byLayer(Map<String, String> layers, Map<String, RunningVariance> running) {
        Map<String, List<RunningVariance>> byLayer = new LinkedHashMap<>();
        layers.forEach((name, layer) ->
                byLayer.computeIfAbsent(layer, l -> new ArrayList<>()).add(running.get(name)));
        return byLayer.entrySet().stream()
                .map(entry -> part(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static Part part(String name, Collection<RunningVariance> tensors) {
        double squaredMean = 0;
        double variance = 0;
        double[] pairs = new double[tensors.iterator().next().pairs().size()];
        for (RunningVariance tensor : tensors) {
            squaredMean += tensor.squaredMean();
            variance += tensor.variance();
            for (int i = 0; i < pairs.length; i++) {
                pairs[i] += tensor.pairs().get(i);
            }
        }
        return new Part(
                name, squaredMean, variance, Arrays.stream(pairs).average().orElseThrow(), standardError(pairs));
    }

    /** The standard error of the mean; NaN of a single value. */
    private static double standardError(double[] values) {
        double mean = Arrays.stream(values).average().orElseThrow();
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        return values.length < 2 ? Double.NaN : Math.sqrt(squares / (values.length - 1) / values.length);
    }
}
