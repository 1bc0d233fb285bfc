package dev.weft.loss;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import dev.weft.model.Family;
import dev.weft.model.ModelInput;
import java.nio.file.Path;

/** Says which members learn from logits, and how far labels teach them too. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Distillation.None.class, name = "none"),
    @JsonSubTypes.Type(value = Distillation.InPlace.class, name = "in-place"),
    @JsonSubTypes.Type(value = Distillation.Teacher.class, name = "teacher"),
    @JsonSubTypes.Type(value = Distillation.EarlierPhase.class, name = "phase")
})
public sealed interface Distillation {
    /** Every member learns from the labels. */
    record None() implements Distillation {}

    /** What kinds with a teacher have in common. */
    sealed interface Taught extends Distillation {
        /** As {@link SoftLoss} has it. */
        double labelShare();

        /** As {@link SoftLoss} has it. */
        Double kdRatio();

        /** As {@link SoftLoss} has it. */
        double temperature();

        /** How long every member learns from the labels alone, from the first epoch: a teacher that knows nothing yet teaches nothing. */
        double afterEpochs();

        /** What some roles have otherwise; {@code null} for none. */
        Roles roles();

        /** The last step, from 1, that has no teacher; 0 for none. */
        default long labelSteps(long stepsPerEpoch) {
            return (long) Math.ceil(afterEpochs() * stepsPerEpoch);
        }

        /** The loss of members of a role. */
        default SoftLoss loss(Role role) {
            SoftLoss own = roles() == null ? null : roles().of(role);
            return own == null ? new SoftLoss(labelShare(), kdRatio(), temperature()) : own;
        }
    }

    /**
     * The losses of some roles, each whole: what one leaves out is not that of the other roles. Roles that are absent have the loss of
     * the distillation itself.
     */
    record Roles(
            @JsonInclude(JsonInclude.Include.NON_NULL) SoftLoss largest,
            @JsonInclude(JsonInclude.Include.NON_NULL) SoftLoss smallest,
            @JsonInclude(JsonInclude.Include.NON_NULL) SoftLoss random) {
        private SoftLoss of(Role role) {
            return switch (role) {
                case LARGEST -> largest;
                case SMALLEST -> smallest;
                case RANDOM -> random;
                case BLEND, CHOSEN -> null;
            };
        }
    }

    /**
     * The largest member learns from the labels, the others from the largest's output on the same batch in the same forward pass (Yu and
     * Huang 2019), as BigNAS has it without labels and without label smoothing.
     *
     * @param labelShare as {@link SoftLoss} has it, of the others
     * @param kdRatio as {@link SoftLoss} has it
     * @param temperature as {@link SoftLoss} has it
     * @param afterEpochs how long every member learns from the labels alone
     * @param roles what some roles have otherwise; absent for none
     */
    record InPlace(
            @JsonProperty(defaultValue = "0.0") double labelShare,
            @JsonInclude(JsonInclude.Include.NON_NULL) Double kdRatio,
            @JsonProperty(defaultValue = "1.0") double temperature,
            @JsonProperty(defaultValue = "0.0") double afterEpochs,
            @JsonInclude(JsonInclude.Include.NON_NULL) Roles roles)
            implements Taught {
        public InPlace {
            new SoftLoss(labelShare, kdRatio, temperature); // checks them
            requireBegins(afterEpochs);
            if (roles != null && roles.largest() != null) {
                throw new InputException(
                        "distillation in-place must have no roles.largest, for the largest member is the"
                                + " teacher and learns from labels, but got " + roles.largest() + ".");
            }
        }

        /** As in BigNAS: from the first step, without labels. */
        public InPlace() {
            this(0, null, 1, 0, null);
        }
    }

    /**
     * Every member learns from a trained teacher that does not change.
     *
     * @param family file of the teacher's family
     * @param member of that family, by name; it must have batch-norm statistics
     * @param labelShare as {@link SoftLoss} has it
     * @param kdRatio as {@link SoftLoss} has it
     * @param temperature as {@link SoftLoss} has it
     * @param afterEpochs how long every member learns from the labels alone
     * @param roles what some roles have otherwise; absent for none
     */
    record Teacher(
            String family,
            String member,
            @JsonProperty(defaultValue = "0.0") double labelShare,
            @JsonInclude(JsonInclude.Include.NON_NULL) Double kdRatio,
            @JsonProperty(defaultValue = "1.0") double temperature,
            @JsonProperty(defaultValue = "0.0") double afterEpochs,
            @JsonInclude(JsonInclude.Include.NON_NULL) Roles roles)
            implements Taught {
        public Teacher {
            if (family == null || member == null) {
                throw new InputException(
                        "A teacher must have family and member, but got family=" + family + ", member=" + member + ".");
            }
            new SoftLoss(labelShare, kdRatio, temperature); // checks them
            requireBegins(afterEpochs);
        }

        /** A teacher that takes the place of the labels from the first step. */
        public Teacher(String family, String member) {
            this(family, member, 0, null, 1, 0, null);
        }

        /**
         * Opens the teacher's family, which the caller closes.
         *
         * @param student what the trained model reads
         * @param kinds that the family may name
         * @throws InputException when the file is none, lacks the member, or reads or predicts something else
         */
        public Family open(ModelInput student, Kinds kinds) {
            Family teacher = Family.open(Path.of(family), kinds);
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

    /**
     * Every member of a {@link dev.weft.recipe.Phase Phase} learns from the largest member as it was at the end of an earlier phase, as in progressive shrinking
     * (once-for-all, Cai et al. 2020).
     *
     * @param phase the name of the earlier phase
     * @param labelShare as {@link SoftLoss} has it
     * @param kdRatio as {@link SoftLoss} has it
     * @param temperature as {@link SoftLoss} has it
     * @param afterEpochs how long every member learns from the labels alone, in epochs of the phase
     * @param roles what some roles have otherwise; absent for none
     */
    record EarlierPhase(
            String phase,
            @JsonProperty(defaultValue = "0.0") double labelShare,
            @JsonInclude(JsonInclude.Include.NON_NULL) Double kdRatio,
            @JsonProperty(defaultValue = "1.0") double temperature,
            @JsonProperty(defaultValue = "0.0") double afterEpochs,
            @JsonInclude(JsonInclude.Include.NON_NULL) Roles roles)
            implements Taught {
        public EarlierPhase {
            if (phase == null) {
                throw new InputException("Distillation from a phase must have phase, the name of an earlier one.");
            }
            new SoftLoss(labelShare, kdRatio, temperature); // checks them
            requireBegins(afterEpochs);
        }
    }

    private static void requireBegins(double afterEpochs) {
        if (!(afterEpochs >= 0 && Double.isFinite(afterEpochs))) {
            throw new InputException("Distillation must have afterEpochs >= 0, but got " + afterEpochs + ".");
        }
    }
}
