package dev.weft.loss;

import dev.weft.model.Family;
import dev.weft.model.NamedMember;
import dev.weft.nn.Pass;
import dev.weft.ops.Bundle;

/**
 * A trained member that teaches and does not change.
 *
 * @param family closed with this
 * @param member of the family, by name, with batch-norm statistics
 */
public record FrozenTeacher(Family family, String member) implements AutoCloseable {
    /** Its outputs for the inputs of a batch, in the caller's scope. */
    public Bundle outputs(Bundle inputs) {
        NamedMember named = family.members().get(member);
        return family.forward(inputs, Pass.evaluation(named.member(), named.statistics()));
    }

    @Override
    public void close() {
        family.close();
    }
}
