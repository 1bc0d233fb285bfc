package dev.weft.recipe;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.architecture.ArchitectureSettings;
import dev.weft.io.InputException;
import dev.weft.loss.Role;

/**
 * The weights that a run leaves are those of its best evaluation, in place of the last; and training may stop early, when no evaluation is
 * better any more. Evaluations are on the selection split, so the value that was best is a little too good; the report split tells.
 *
 * @param metric that is compared, by its key, such as {@code loss}; absent for the one that members of the model are chosen by first
 * @param member whose it is
 * @param patience after so many evaluations in a row that were not better, training stops; absent for never
 */
public record Best(
        @JsonInclude(JsonInclude.Include.NON_NULL) String metric,
        @JsonProperty(defaultValue = "largest") Of member,
        @JsonInclude(JsonInclude.Include.NON_NULL) Integer patience) {
    /** One of the members that are evaluated while training. */
    public enum Of {
        @JsonProperty("largest")
        LARGEST(Role.LARGEST),
        @JsonProperty("smallest")
        SMALLEST(Role.SMALLEST),
        /** What a search by gradient would choose. */
        @JsonProperty("chosen")
        CHOSEN(Role.CHOSEN);

        private final Role role;

        Of(Role role) {
            this.role = role;
        }

        public Role role() {
            return role;
        }
    }

    public Best {
        if (member == null || patience != null && patience < 1) {
            throw new InputException("Best weights must have a member (largest, smallest or chosen) and patience >= 1,"
                    + " but got member=" + member + ", patience=" + patience + ".");
        }
    }

    /** Checks that a rule evaluates that member, often enough for one to be the best. */
    void requireFits(int epochs, int evaluateEveryEpochs, ArchitectureSettings architecture) {
        if (evaluateEveryEpochs < 1 || evaluateEveryEpochs > epochs) {
            throw new InputException("Training with train.best must evaluate at least once: it must have"
                    + " evaluateEveryEpochs from 1 to epochs=" + epochs + ", but has " + evaluateEveryEpochs + ".");
        }
        if (member == Of.CHOSEN && architecture == null) {
            throw new InputException("Training with train.best of member chosen must have train.architecture, which"
                    + " chooses it, but has none. Use largest or smallest.");
        }
    }
}
