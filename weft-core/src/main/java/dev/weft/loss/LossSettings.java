package dev.weft.loss;

import dev.weft.data.Batch;
import dev.weft.model.Family;
import dev.weft.nn.Pass;
import org.bytedeco.pytorch.Tensor;

/**
 * What the members of a step learn from.
 *
 * @param distillation which members learn from logits
 * @param labelSmoothing of losses against labels
 * @param regularisation and of which members
 * @param precision of forward and backward
 */
public record LossSettings(
        Distillation distillation, double labelSmoothing, Regularisation regularisation, Precision precision) {
    /** What teaches whoever has no teacher. */
    public Labels labels() {
        return new Labels(labelSmoothing);
    }

    /** What teaches a member of a role. */
    public Criterion criterion(Role role, boolean hasTeacher) {
        return hasTeacher
                ? distillation
                        .loss(role)
                        .<Criterion>map(soft -> new Taught(labels(), soft))
                        .orElseGet(this::labels)
                : labels();
    }

    /** One forward pass on a batch in this precision, and what a loss is of. In the caller's scope. */
    public Scene scene(Family family, Batch batch, Pass pass) {
        return Scene.of(batch, pass.member(), precision.run(() -> family.forward(batch.inputs(), pass)));
    }

    /** The loss against the labels of one forward pass on a batch. */
    public Tensor ofLabels(Family family, Batch batch, Pass pass) {
        return labels().of(scene(family, batch, pass));
    }
}
