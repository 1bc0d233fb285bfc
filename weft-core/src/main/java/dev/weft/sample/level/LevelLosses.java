package dev.weft.sample.level;

import dev.weft.data.Batch;
import dev.weft.loss.LossSettings;
import dev.weft.model.Family;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import dev.weft.weight.generator.GeneratedWeights;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * What an interval of training did to the loss of a member: the same member on the same batch, once with the weights as they are and
 * once as they were when {@link #remember} was last called, or the data's noise would hide it. Batch norm takes the batch's own
 * statistics, nothing is dropped out, no weight moves. The generator, where there is one, is the present one in both.
 *
 * <p>Holds a copy of every weight until {@link #close}.
 */
final class LevelLosses implements AutoCloseable {
    private final Family family;
    private final LossSettings loss;
    private final Map<String, Tensor> before = new LinkedHashMap<>();

    LevelLosses(Family family, LossSettings loss) {
        this.family = family;
        this.loss = loss;
        family.parameters()
                .forEach((name, weight) ->
                        before.put(name, Tensors.keep(weight.detach().clone())));
    }

    /** The weights as they were, by name: kept tensors. */
    Map<String, Tensor> state() {
        return before;
    }

    /** Keeps the losses of the present weights, which later losses are compared with. */
    void remember() {
        Map<String, Tensor> now = family.weights().tensors();
        try (NoGradGuard guard = new NoGradGuard()) {
            before.forEach((name, copy) -> copy.copy_(now.get(name)));
        }
    }

    /** ΔL: below 0 where the loss fell. */
    double change(Member member, Batch batch) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Family then = family.with(before)) {
            return loss.ofTargets(family, batch, pass(member)).item_double()
                    - loss.ofTargets(then, batch, pass(member)).item_double();
        }
    }

    /** The amount by which the loss's slope in the target of a generated member changed. */
    double slopeChange(Member generated, double temperature, Batch batch) {
        try (PointerScope scope = new PointerScope();
                Family then = family.with(before)) {
            return slope(family, generated, temperature, batch) - slope(then, generated, temperature, batch);
        }
    }

    private double slope(Family of, Member generated, double temperature, Batch batch) {
        Pass pass = pass(generated).at(temperature).begun();
        Tensor loss = this.loss.ofTargets(of, batch, pass);
        Tensor target = of.strategy(GeneratedWeights.class).orElseThrow().targetRead(pass.reading());
        return torch.grad(new TensorVector(loss), new TensorVector(target))
                .get(0)
                .item_double();
    }

    private static Pass pass(Member member) {
        return new Pass(member, BatchStatistics.INSTANCE, 0, 0);
    }

    @Override
    public void close() {
        before.values().forEach(Tensor::close);
    }
}
