package dev.weft.train;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.weft.io.InputException;
import dev.weft.model.Family;
import dev.weft.model.ModelInput;
import java.nio.file.Path;

/** Says which members learn from logits instead of labels. */
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

        /**
         * Opens the teacher's family, which the caller closes.
         *
         * @param student what the trained model reads
         * @throws InputException when the file is none, lacks the member, or reads or predicts something else
         */
        Family open(ModelInput student) {
            Family teacher = Family.open(Path.of(family));
            ModelInput input = teacher.definition().input();
            String problem = null;
            if (!teacher.members().containsKey(member)) {
                problem = "The teacher must be a named member of " + family + ", but \"" + member
                        + "\" is none. Members: " + teacher.members().keySet() + ".";
            } else if (!input.covers(student)) {
                problem = "The teacher " + family + " must read what the model reads, " + student.description()
                        + ", but reads " + input.description() + ". Train a teacher on the same data.";
            }
            if (problem != null) {
                teacher.close();
                throw new InputException(problem);
            }
            return teacher;
        }
    }
}
