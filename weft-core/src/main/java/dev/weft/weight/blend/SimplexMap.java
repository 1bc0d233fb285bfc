package dev.weft.weight.blend;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.weft.io.CheckFailedException;
import dev.weft.ops.Tensors;
import dev.weft.seed.RandomStream;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The map from the logits of a blended choice, shape (n), to the parts its options have in the blend: shape (n), none below 0, sum 1. A
 * value without state: a random map draws from its seed alone, never from libtorch's generators.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = SimplexMap.Softmax.class, name = "softmax"),
    @JsonSubTypes.Type(value = SimplexMap.Sparsemax.class, name = "sparsemax"),
    @JsonSubTypes.Type(value = SimplexMap.Dirichlet.class, name = "dirichlet"),
    @JsonSubTypes.Type(value = SimplexMap.Gumbel.class, name = "gumbel"),
    @JsonSubTypes.Type(value = SimplexMap.Gdas.class, name = "gdas"),
    @JsonSubTypes.Type(value = SimplexMap.GumbelSoftmax.class, name = "gumbel-softmax")
})
public sealed interface SimplexMap {
    /**
     * The parts at a step. Gradient flows to the logits; of the Dirichlet draw it is correct to first order only (a gradient of
     * that gradient is not).
     *
     * @param logits shape (n), floating
     * @param seed of the draw. Each choice and each step needs its own: equal seeds draw equal noise
     * @param temperature above 0; only the Gumbel maps look at it
     * @return shape (n), type and device of the logits. Belongs to the caller's {@code PointerScope}. NaN if a logit is;
     *     see {@link #requireFinite}
     */
    Tensor map(Tensor logits, long seed, double temperature);

    /**
     * The parts without randomness, with gradient: what is reported as the probabilities of the options. The mean of the draws of
     * {@link Dirichlet}, {@link Gumbel} and {@link Gdas}, and the map itself where it is not random. For {@link GumbelSoftmax} the softmax of
     * the logits: how often each option is the greatest of a draw, which is not the mean of the soft draws.
     *
     * @return shape (n), belongs to the caller's {@code PointerScope}
     */
    Tensor mean(Tensor logits);

    /** The temperature over the run. A map that has none ignores it. */
    default Temperature temperature() {
        return new Temperature(1, 1);
    }

    /**
     * Ends a search that has diverged, before its numbers spread to the weights. Reads the logits back from their device.
     *
     * @param choice which choice, for the message
     * @throws CheckFailedException when a logit is NaN or infinite
     */
    static void requireFinite(String choice, Tensor logits) {
        double[] values = doubles(logits);
        if (!Arrays.stream(values).allMatch(Double::isFinite)) {
            throw new CheckFailedException("The logits of " + choice + " must be finite, but are "
                    + Arrays.toString(values) + ". The search has diverged: lower the learning rate of the logits.");
        }
    }

    /** DARTS (Liu et al. 2019): {@code softmax(alpha)}. */
    record Softmax() implements SimplexMap {
        @Override
        public Tensor map(Tensor logits, long seed, double temperature) {
            return mean(logits);
        }

        @Override
        public Tensor mean(Tensor logits) {
            return torch.softmax(logits, 0);
        }
    }

    /**
     * The point of the simplex nearest to the logits (Martins and Astudillo 2016): {@code max(alpha - t, 0)} with {@code t} such
     * that the sum is 1. Options far behind get exactly 0, and then no gradient: once out, an option comes back only when the
     * others fall.
     */
    record Sparsemax() implements SimplexMap {
        @Override
        public Tensor map(Tensor logits, long seed, double temperature) {
            return mean(logits);
        }

        @Override
        public Tensor mean(Tensor logits) {
            return Tensors.scoped(() -> {
                Tensor shifted = logits.sub(logits.detach().max()); // the map does not see a shift; its rounding does
                Tensor support = Tensors.withoutGradients(() -> support(shifted));
                // The support is constant around all but a null set of logits, so the gradient is that of an affine
                // map.
                Tensor threshold = shifted.mul(support).sum().sub(new Scalar(1)).div(support.sum());
                return shifted.sub(threshold).relu().mul(support);
            });
        }

        /** 1 where the part is above 0. Their threshold {@code t} is the largest {@code (sum - 1) / k} over the sums of the k greatest. */
        private static Tensor support(Tensor logits) {
            Tensor sums = logits.sort(0, true).get0().cumsum(0);
            Tensor counts = logits.new_ones(logits.shape()).cumsum(0);
            return logits.gt(sums.sub(new Scalar(1)).div(counts).max()).to(logits); // ties: in or out together
        }
    }

    /**
     * DrNAS (Chen et al. 2021): a draw of {@code Dirichlet(elu(alpha) + 1)}, that is independent draws of Gamma over their sum,
     * with pathwise gradient. The division is a softmax of logarithms, so it stays finite, and stays a Dirichlet draw, however
     * small the concentrations are. They stop at e^-30.
     */
    record Dirichlet() implements SimplexMap {
        private static final double LOWEST = -30;

        @Override
        public Tensor map(Tensor logits, long seed, double temperature) {
            return Tensors.scoped(() -> {
                Tensor concentration = concentration(logits);
                double[] concentrations = doubles(concentration);
                SplittableRandom random = RandomStream.BLEND.random(seed);
                double[] logs = new double[concentrations.length];
                double[] slopes = new double[concentrations.length];
                for (int i = 0; i < logs.length; i++) {
                    GammaDraw draw = GammaDraw.of(concentrations[i], random);
                    logs[i] = draw.log();
                    slopes[i] = draw.slope();
                }
                // The difference is 0 in value: it only carries the gradient.
                Tensor path =
                        concentration.sub(concentration.detach()).mul(Tensors.like(logits, slopes, slopes.length));
                return torch.softmax(Tensors.like(logits, logs, logs.length).add(path), 0);
            });
        }

        @Override
        public Tensor mean(Tensor logits) {
            return Tensors.scoped(() -> {
                Tensor concentration = concentration(logits);
                return concentration.div(concentration.sum());
            });
        }

        /** {@code elu(alpha) + 1}, written so that it does not round to 0 where {@code alpha} is below -17. */
        static Tensor concentration(Tensor logits) {
            return logits.clamp_min(new Scalar(LOWEST))
                    .clamp_max(new Scalar(0.0))
                    .exp()
                    .add(logits.relu());
        }
    }

    /**
     * A hard draw: one option, drawn with the probabilities {@code softmax(alpha)}, has the whole of the blend. The value is exactly
     * one-hot, the gradient that of {@link GumbelSoftmax} with the same seed (straight through).
     *
     * <p>For operations this is GDAS (Dong and Yang 2019): the drawn one alone runs, and the gradient reaches the logits through it. For
     * sizes it is not: the whole weight is multiplied, by zeros outside the drawn slice, and what lies there gives the logits a gradient
     * too; for sizes take {@link Gdas}.
     *
     * @param temperature of the gradient; 10 to 0.1 when left out
     */
    record Gumbel(Temperature temperature) implements SimplexMap {
        public Gumbel {
            temperature = temperature == null ? new Temperature(10, 0.1) : temperature;
        }

        @Override
        public Tensor map(Tensor logits, long seed, double temperature) {
            return straightThrough(logits, seed, temperature);
        }

        @Override
        public Tensor mean(Tensor logits) {
            return torch.softmax(logits, 0);
        }
    }

    /**
     * GDAS (Dong and Yang 2019): the draw of {@link Gumbel}, of which nothing but the drawn options runs, also where they are sizes. Every
     * weight is the slice that the drawn sizes have, times a factor of value 1 for each choice that it depends on, with the gradient of the
     * drawn option's part in {@link GumbelSoftmax}:
     *
     * <pre>
     *   w = W[S_d] · h_d     h_d = 1 + p_d - sg(p_d)     p = softmax((log_softmax(alpha) + g) / temperature)
     * </pre>
     *
     * So a step costs what the drawn member costs, and what lies outside its slices has no gradient and gives none. The paper of TangleNAS
     * reports that GDAS collapsed in its convolutional space.
     *
     * @param temperature of the gradient; 10 to 0.1 when left out
     */
    record Gdas(Temperature temperature) implements SimplexMap {
        public Gdas {
            temperature = temperature == null ? new Temperature(10, 0.1) : temperature;
        }

        @Override
        public Tensor map(Tensor logits, long seed, double temperature) {
            return straightThrough(logits, seed, temperature);
        }

        @Override
        public Tensor mean(Tensor logits) {
            return torch.softmax(logits, 0);
        }
    }

    /**
     * SNAS (Xie et al. 2019): {@code softmax((log_softmax(alpha) + g) / temperature)} with Gumbel noise {@code g}.
     *
     * @param temperature 1 to 0.33 when left out
     */
    record GumbelSoftmax(Temperature temperature) implements SimplexMap {
        public GumbelSoftmax {
            temperature = temperature == null ? new Temperature(1, 0.33) : temperature;
        }

        @Override
        public Tensor map(Tensor logits, long seed, double temperature) {
            return Tensors.scoped(() -> relaxed(perturbed(logits, seed), temperature));
        }

        @Override
        public Tensor mean(Tensor logits) {
            return torch.softmax(logits, 0);
        }
    }

    private static Tensor straightThrough(Tensor logits, long seed, double temperature) {
        return Tensors.scoped(() -> {
            Tensor perturbed = perturbed(logits, seed);
            Tensor soft = relaxed(perturbed, temperature);
            Tensor hard = Tensors.withoutGradients( // the greatest at any temperature
                    () -> torch.one_hot(perturbed.argmax(), logits.numel()).to(logits));
            return hard.add(soft.sub(soft.detach())); // exactly 0 is added
        });
    }

    /** Logarithms of the parts with Gumbel noise: the greatest is a draw of an option. */
    private static Tensor perturbed(Tensor logits, long seed) {
        SplittableRandom random = RandomStream.BLEND.random(seed);
        double[] noise = new double[Math.toIntExact(logits.numel())];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = -StrictMath.log(-StrictMath.log(GammaDraw.uniform(random))); // finite: 0 and 1 are not drawn
        }
        return torch.log_softmax(logits, 0).add(Tensors.like(logits, noise, noise.length));
    }

    private static Tensor relaxed(Tensor perturbed, double temperature) {
        if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("temperature must be above 0 and finite, but is " + temperature);
        }
        return torch.softmax(perturbed.div(new Scalar(temperature)), 0);
    }

    private static double[] doubles(Tensor tensor) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor plain = tensor.cpu().to(torch.ScalarType.Double).contiguous();
            double[] values = new double[Math.toIntExact(plain.numel())];
            new DoublePointer(plain.data_ptr_double()).get(values);
            return values;
        }
    }
}
