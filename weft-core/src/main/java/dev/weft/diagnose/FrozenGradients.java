package dev.weft.diagnose;

import dev.weft.criterion.Criterion;
import dev.weft.criterion.Scene;
import dev.weft.data.Batch;
import dev.weft.io.CheckFailedException;
import dev.weft.model.Family;
import dev.weft.nn.NormStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Bundle;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Gradients of a family that stays as it is. They are taken of aliases: tensors that share the weights' memory and have gradients of
 * their own, so the family's gradients and flags are not touched, and one that was opened from a file, which cannot be trained, serves as
 * well. Dropout is off, so no random number is drawn. Logits of a blend are no weights: their gradients are left out.
 *
 * <p>Holds the aliases until {@link #close}; the family must stay open as long.
 */
final class FrozenGradients implements AutoCloseable {
    private final Map<String, Tensor> aliases = new LinkedHashMap<>();
    private final Family aliased;
    private final NormStatistics norm;
    private final Criterion criterion;

    /** @param criterion gives the loss of a member */
    FrozenGradients(Family family, NormStatistics norm, Criterion criterion) {
        weights(family).forEach((name, tensor) -> {
            Tensor alias = Tensors.keep(tensor.detach());
            alias.set_requires_grad(true);
            aliases.put(name, alias);
        });
        this.aliased = family.with(aliases);
        this.norm = norm;
        this.criterion = criterion;
    }

    /** What gradients are taken of, by name in the order of the model. */
    static Map<String, Tensor> weights(Family family) {
        return family.parameters();
    }

    /**
     * The gradient of a draw's loss by name, of the weights that its members use; the others are absent. They belong to the caller's
     * {@code PointerScope}.
     *
     * @throws CheckFailedException when the loss is not finite
     */
    Map<String, Tensor> of(GradientDraw draw) {
        Map<String, Tensor> sum = new LinkedHashMap<>();
        for (GradientDraw.Term term : draw.terms()) {
            of(term).forEach((name, gradient) -> sum.merge(name, gradient, Tensor::add));
        }
        return sum;
    }

    /** The gradient of one member's mean loss on a batch. */
    Map<String, Tensor> of(Member member, Batch batch) {
        return of(new GradientDraw.Term(member, batch, 1, List.of()));
    }

    private Map<String, Tensor> of(GradientDraw.Term term) {
        try (AutoGradMode recording = new AutoGradMode(true)) {
            return gradients(term);
        }
    }

    private Map<String, Tensor> gradients(GradientDraw.Term term) {
        Tensor loss = loss(term);
        double value = loss.item_double();
        if (!Double.isFinite(value)) {
            throw new CheckFailedException("Losses must be finite where gradients are diagnosed, but that of member \""
                    + term.member() + "\" is " + value + ". Diagnose an earlier checkpoint of the family.");
        }
        TensorVector gradients = torch.grad(
                new TensorVector(loss),
                new TensorVector(aliases.values().toArray(Tensor[]::new)),
                new TensorVector(),
                new BoolOptional(false),
                false,
                true);
        Map<String, Tensor> byName = new LinkedHashMap<>();
        int i = 0;
        for (String name : aliases.keySet()) {
            Tensor gradient = gradients.get(i++);
            if (gradient.defined()) {
                byName.put(name, gradient);
            }
        }
        return byName;
    }

    private Tensor loss(GradientDraw.Term term) {
        Batch batch = term.batch();
        Bundle outputs = aliased.forward(batch.inputs(), new Pass(term.member(), norm, 0, 0));
        Tensor loss = criterion.of(Scene.of(batch, term.member(), outputs), term.exampleWeights());
        return term.weight() == 1 ? loss : loss.mul(new Scalar(term.weight()));
    }

    @Override
    public void close() {
        aliased.close();
        aliases.values().forEach(Tensor::close);
    }
}
