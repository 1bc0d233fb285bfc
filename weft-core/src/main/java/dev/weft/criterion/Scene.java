package dev.weft.criterion;

import dev.weft.data.Batch;
import dev.weft.io.InputException;
import dev.weft.ops.Bundle;
import dev.weft.space.Member;
import java.util.Optional;

/**
 * What a loss is of: one member's outputs on a batch. Its tensors belong to the caller's scope.
 *
 * @param batch with the targets
 * @param member whose outputs they are
 * @param outputs of the member by name, in each the examples first (B, …)
 * @param teacher the outputs of whoever teaches, of the same names and shapes; empty where nobody does
 */
public record Scene(Batch batch, Member member, Bundle outputs, Optional<Bundle> teacher) {
    /** A scene has no teacher unless one is given. */
    public static Scene of(Batch batch, Member member, Bundle outputs) {
        return new Scene(batch, member, outputs, Optional.empty());
    }

    /** The same, taught. */
    public Scene taughtBy(Bundle other) {
        return new Scene(batch, member, outputs, Optional.of(other));
    }

    /** @throws InputException when nobody teaches */
    public Bundle requireTeacher() {
        return teacher.orElseThrow(
                () -> new InputException("A loss against a teacher must have the teacher's outputs, but" + " member \""
                        + member + "\" has no teacher. Give the recipe a distillation."));
    }
}
