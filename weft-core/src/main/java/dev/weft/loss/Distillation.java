package dev.weft.loss;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.weft.criterion.SoftLoss;
import dev.weft.criterion.Taught;
import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import dev.weft.model.Family;
import dev.weft.model.ModelInput;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/** Says which members learn from logits, and how far labels teach them too. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Distillation.None.class, name = "none"),
    @JsonSubTypes.Type(value = Distillation.InPlace.class, name = "in-place"),
    @JsonSubTypes.Type(value = Distillation.Teacher.class, name = "teacher"),
    @JsonSubTypes.Type(value = Distillation.EarlierPhase.class, name = "phase")
})
public interface Distillation {
    /** How a member of a role learns from its teacher's logits; empty where it has none. */
    default Optional<SoftLoss> loss(Role role) {
        return Optional.empty();
    }

    /** How long every member learns from the labels alone, in epochs: a teacher that knows nothing yet teaches nothing. */
    default double afterEpochs() {
        return 0;
    }

    /** The last step, from 1, that has no teacher; 0 for none. */
    default long labelSteps(long stepsPerEpoch) {
        return (long) Math.ceil(afterEpochs() * stepsPerEpoch);
    }

    /** Whether the largest member of a step teaches the others. */
    default boolean learnsFromLargest() {
        return false;
    }

    /** The name of the earlier phase that left the teacher; empty where none did. */
    default Optional<String> earlierPhase() {
        return Optional.empty();
    }

    /** Whether a teacher that does not change is opened when training begins. */
    default boolean hasFrozenTeacher() {
        return false;
    }

    /**
     * Checks a teacher that must be there before training begins.
     *
     * @param student what the trained model reads
     * @param kinds that its family may name
     * @throws InputException when it is not there, or cannot teach
     */
    default void requireTeacher(ModelInput student, Kinds kinds) {}

    /**
     * Opens the teacher that does not change, which the caller closes; empty where there is none.
     *
     * @param student what the trained model reads
     * @param phases the file of the family that a phase, by name, has left
     * @param kinds that its family may name
     */
    default Optional<FrozenTeacher> open(ModelInput student, Function<String, Path> phases, Kinds kinds) {
        return Optional.empty();
    }

    /** What is left of it where one member trains alone. */
    default Distillation ofOneMember() {
        return new None();
    }

    /** Every member learns from the labels. */
    record None() implements Distillation {}

    /** What kinds with a teacher have in common. */
    interface Taught extends Distillation {
        /** The setting of the same name of {@link SoftLoss}. */
        double labelShare();

        /** The setting of the same name of {@link SoftLoss}. */
        Double kdRatio();

        /** The setting of the same name of {@link SoftLoss}. */
        double temperature();

        /** What some roles have otherwise; {@code null} for none. */
        Roles roles();

        @Override
        default Optional<SoftLoss> loss(Role role) {
            SoftLoss own = roles() == null ? null : roles().of(role);
            return Optional.of(own == null ? new SoftLoss(labelShare(), kdRatio(), temperature()) : own);
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

        @Override
        public boolean learnsFromLargest() {
            return true;
        }

        /** Distillation as in BigNAS: from the first step, without labels. */
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

        @Override
        public boolean hasFrozenTeacher() {
            return true;
        }

        @Override
        public void requireTeacher(ModelInput student, Kinds kinds) {
            open(student, kinds).close();
        }

        @Override
        public Optional<FrozenTeacher> open(ModelInput student, Function<String, Path> phases, Kinds kinds) {
            return Optional.of(new FrozenTeacher(open(student, kinds), member));
        }

        @Override
        public Distillation ofOneMember() {
            return this;
        }

        private Family open(ModelInput student, Kinds kinds) {
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

        @Override
        public Optional<String> earlierPhase() {
            return Optional.of(phase);
        }

        @Override
        public boolean hasFrozenTeacher() {
            return true;
        }

        @Override
        public Optional<FrozenTeacher> open(ModelInput student, Function<String, Path> phases, Kinds kinds) {
            return Optional.of(new FrozenTeacher(Family.open(phases.apply(phase), kinds), Family.EXTRACTED));
        }
    }

    private static void requireBegins(double afterEpochs) {
        if (!(afterEpochs >= 0 && Double.isFinite(afterEpochs))) {
            throw new InputException("Distillation must have afterEpochs >= 0, but got " + afterEpochs + ".");
        }
    }
}
