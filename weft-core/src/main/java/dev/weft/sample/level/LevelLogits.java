package dev.weft.sample.level;

import dev.weft.ops.Tensors;
import dev.weft.optim.KeptOptimizer;
import dev.weft.optim.Optimizer;
import dev.weft.weight.blend.SimplexMap;
import dev.weft.weight.blend.Temperature;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The logits of the cost levels, B of ShiftNAS: all equal at first. Levels are drawn by Gumbel's maximum, so with the probabilities of
 * their softmax. Holds native memory until {@link #close}.
 */
public final class LevelLogits implements AutoCloseable {
    private static final String NAME = "logits";
    private static final SimplexMap GUMBEL = new SimplexMap.Gumbel(new Temperature(1, 1));

    private final Tensor logits;
    private final KeptOptimizer optimizer; // null where they never move

    /** @param optimizer {@code null} where every level stays as likely as the others */
    public LevelLogits(int levels, Optimizer optimizer) {
        this.logits = Tensors.zeros(levels);
        this.optimizer = optimizer == null ? null : new KeptOptimizer(optimizer, Map.of(NAME, logits));
    }

    /** One drawn level, from 0. */
    int draw(RandomGenerator random) {
        return draw(random.nextLong());
    }

    private int draw(long seed) {
        float[] drawn;
        try (Tensor hard = Tensors.withoutGradients(() -> GUMBEL.map(logits, seed, 1))) {
            drawn = Tensors.floats(hard);
        }
        int level = 0;
        for (int k = 1; k < drawn.length; k++) {
            level = drawn[k] > drawn[level] ? k : level;
        }
        return level;
    }

    /** How likely each level is. */
    public List<Double> probabilities() {
        float[] values;
        try (Tensor soft = Tensors.withoutGradients(() -> torch.softmax(logits, 0))) {
            values = Tensors.floats(soft);
        }
        Double[] probabilities = new Double[values.length];
        Arrays.setAll(probabilities, k -> (double) values[k]);
        return List.of(probabilities);
    }

    /** A level that was drawn with a seed, and by how much its loss falls faster than before per part of the range of costs. */
    record Slope(long seed, double perTarget) {}

    /** The level of a draw with that seed. */
    int drawnWith(long seed) {
        return draw(seed);
    }

    /**
     * One step against {@code J = Σ p_k ΔL_k}: levels whose loss fell more than the expected one become likelier.
     *
     * @param changes ΔL of every level
     */
    public void step(double[] changes) {
        apply(surrogate(changes));
    }

    /** {@code ∂J/∂B_k = p_k (ΔL_k - Σ_j p_j ΔL_j)}; kept. */
    Tensor surrogate(double[] changes) {
        // J does not change when all ΔL shift by a constant but for rounding, of which Adam would make whole steps.
        double least = Arrays.stream(changes).min().orElseThrow();
        double[] apart = Arrays.stream(changes).map(change -> change - least).toArray();
        return gradient(leaf -> torch.softmax(leaf, 0)
                .mul(Tensors.like(leaf, apart, apart.length))
                .sum());
    }

    /**
     * One step along the literal gradient: the mean over draws of the slope times what the target of the drawn level, straight through
     * the draw, owes to each logit.
     *
     * @param targets of the levels, as parts of the range of costs
     */
    void step(List<Slope> slopes, double[] targets) {
        apply(pathwise(slopes, targets));
    }

    /** The gradient of {@link #step(List, double[])}; kept. */
    Tensor pathwise(List<Slope> slopes, double[] targets) {
        return gradient(leaf -> {
            Tensor sum = Tensors.zero(leaf);
            for (Slope slope : slopes) {
                Tensor target = GUMBEL.map(leaf, slope.seed(), 1)
                        .mul(Tensors.like(leaf, targets, targets.length))
                        .sum();
                sum = sum.add(target, new Scalar(slope.perTarget() / slopes.size()));
            }
            return sum;
        });
    }

    private Tensor gradient(UnaryOperator<Tensor> objective) {
        try (PointerScope scope = new PointerScope()) {
            Tensor leaf = logits.detach().clone().set_requires_grad(true);
            objective.apply(leaf).backward();
            return Tensors.keep(leaf.grad().detach());
        }
    }

    private void apply(Tensor gradient) {
        try (gradient) {
            optimizer.apply(Map.of(NAME, gradient));
        }
    }

    /** The logits (levels). Do not close them. */
    Tensor tensor() {
        return logits;
    }

    /** The logits and what their optimiser remembers. */
    Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        state.put(NAME, logits);
        if (optimizer != null) {
            state.putAll(optimizer.state());
        }
        return state;
    }

    @Override
    public void close() {
        logits.close();
        if (optimizer != null) {
            optimizer.close();
        }
    }
}
