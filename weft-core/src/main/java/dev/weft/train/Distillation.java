package dev.weft.train;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.weft.io.InputException;

/** Which members learn from logits instead of labels. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Distillation.None.class, name = "none"),
    @JsonSubTypes.Type(value = Distillation.InPlace.class, name = "in-place"),
    @JsonSubTypes.Type(value = Distillation.Teacher.class, name = "teacher")
})
public sealed interface Distillation {
    /** Every member learns from the labels. */
    record None() implements Distillation {}

    /**
     * The largest member learns from the labels, the others from the largest's output on the same batch in the same step (Yu and
     * Huang 2019). Their loss has no label term and no label smoothing.
     */
    record InPlace() implements Distillation {}

    /**
     * Every member learns from a trained teacher that does not change.
     *
     * @param family file of the teacher's family
     * @param member of that family, by name; it must have batch-norm statistics
     */
    record Teacher(String family, String member) implements Distillation {
        public Teacher {
            if (family == null || member == null) {
                throw new InputException(
                        "A teacher must have family and member, but got family=" + family + ", member=" + member + ".");
            }
        }
    }
}
