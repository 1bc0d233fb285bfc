package dev.weft.loss;

import dev.weft.criterion.Criterion;
import dev.weft.criterion.Scene;
import dev.weft.criterion.Taught;
import dev.weft.data.Batch;
import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import dev.weft.model.Family;
import dev.weft.model.ModelInput;
import dev.weft.nn.Pass;
import org.bytedeco.pytorch.Tensor;

/**
 * What the members of a step learn from.
 *
 * @param stated what the recipe says that members learn by; {@code null} for the input's own
 * @param distillation which members learn from logits
 * @param labelSmoothing of losses against labels
 * @param regularisation and of which members
 * @param precision of forward and backward
 */
public record LossSettings(
        Criterion stated,
        Distillation distillation,
        double labelSmoothing,
        Regularisation regularisation,
        Precision precision) {
    /** What whoever has no teacher learns by. */
    public Criterion own(ModelInput input) {
        return (stated == null ? input.criterion() : stated).smoothed(labelSmoothing);
    }

    /** What a member of a role learns by. */
    public Criterion criterion(ModelInput input, Role role, boolean hasTeacher) {
        Criterion own = own(input);
        return hasTeacher
                ? distillation
                        .loss(role)
                        .<Criterion>map(soft -> new Taught(own, soft))
                        .orElse(own)
                : own;
    }

    /**
     * Checks that every member can learn so.
     *
     * @throws InputException when the criterion has no classes to smooth, cannot be taught, or is nothing without a teacher
     */
    public void requireFits(ModelInput input) {
        Criterion own = own(input);
        if (own.readsTeacher()) {
            throw new InputException("A criterion that members learn by must be a loss against targets, but \""
                    + Kinds.nameOf(own) + "\" compares with a teacher's outputs. Name another in train.criterion.");
        }
        for (Role role : Role.values()) {
            distillation
                    .loss(role)
                    .filter(soft -> soft.teacher() != 0)
                    .ifPresent(soft -> own.ofTeacher(soft.temperature()));
        }
    }

    /** One forward pass on a batch in this precision, and what a loss is of. In the caller's scope. */
    public Scene scene(Family family, Batch batch, Pass pass) {
        return Scene.of(batch, pass.member(), precision.run(() -> family.forward(batch.inputs(), pass)));
    }

    /** The loss against the targets of one forward pass on a batch. */
    public Tensor ofTargets(Family family, Batch batch, Pass pass) {
        return own(family.definition().input()).of(scene(family, batch, pass));
    }
}
