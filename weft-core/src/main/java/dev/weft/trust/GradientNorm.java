package dev.weft.trust;

import dev.weft.criterion.Scene;
import dev.weft.data.Batch;
import dev.weft.data.Dataset;
import dev.weft.metric.Metric;
import dev.weft.model.Family;
import dev.weft.model.ModelDefinition;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Pass;
import dev.weft.search.Evaluator;
import dev.weft.space.Member;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * A score of members that no training gives: the gradient norm at initialisation, {@code Σ ‖∂L/∂W‖} over the weights W of fresh layers,
 * with L the cross-entropy of one minibatch. It is the proxy {@code grad_norm} of Abdelfattah, Mehrotra, Dudziak and Lane, "Zero-Cost
 * Proxies for Lightweight NAS" (ICLR 2021), which takes the weights of convolutions and linear layers; here those are all parameters
 * of two or more dimensions, embeddings included. Every model has it, unlike other proxies of that paper, whatever its activations
 * and inputs are: those of pruning replace weights by their absolute values, which says nothing of attention, and the correlation of
 * Jacobians needs inputs that have a gradient, which tokens do not.
 */
final class GradientNorm implements Evaluator {
    private static final long SEED = 0;
    private static final int MOST_EXAMPLES = 64;

    private final ModelDefinition model;
    private final Dataset training;
    private final int examples;

    /**
     * @param training the examples of the minibatch are its first ones in the order of a fixed seed, the same for every member
     */
    GradientNorm(ModelDefinition model, Dataset training) {
        this.model = model;
        this.training = training;
        this.examples = Math.min(MOST_EXAMPLES, training.size());
    }

    @Override
    public List<Metric> metrics() {
        return List.of(Metric.column(Baseline.GRADIENT_NORM));
    }

    @Override
    public String context(String metric) {
        return "seed=" + SEED + " examples=" + examples + " of " + training.idsSha256();
    }

    /** This is computed of the member alone, with weights of its own that are drawn from a fixed seed and freed again. */
    @Override
    public Map<String, Double> measure(Member member, String metric) {
        try (Family alone = Family.of(model.at(member), SEED);
                PointerScope scope = new PointerScope()) {
            return Map.of(metric, of(alone, training.batches(examples, SEED).batch(0)));
        }
    }

    /** The norm of a plain model with the weights that it has; the caller's scope frees what comes between. */
    static double of(Family plain, Batch batch) {
        Pass pass = new Pass(Member.PLAIN, BatchStatistics.INSTANCE, 0, 0);
        plain.definition()
                .input()
                .criterion()
                .of(Scene.of(batch, Member.PLAIN, plain.forward(batch.inputs(), pass)))
                .backward();
        double sum = 0;
        for (Tensor weight : plain.weights().tensors().values()) {
            if (weight.dim() > 1 && weight.grad().defined()) {
                sum += weight.grad().norm().item_double();
            }
        }
        return sum;
    }
}
