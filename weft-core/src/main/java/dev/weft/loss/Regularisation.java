package dev.weft.loss;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.io.InputException;

/**
 * What keeps members from overfitting, and which. BigNAS regularises the largest member only: the others cannot fit the data as
 * it is.
 *
 * <p>Weight decay here is a term of the loss, {@code weightDecay / 2 · Σ w²} over the member's weights, added once for each
 * regularised member. On the largest alone that equals an optimiser's (coupled) weight decay, because it holds every weight.
 *
 * @param on which members
 * @param dropout rate before the classifier
 * @param dropConnect rate of the last residual block; earlier blocks have less, in proportion
 * @param weightDecay factor of the loss term
 * @param decayVectors whether the term also covers biases and norms
 */
public record Regularisation(
        @JsonProperty(defaultValue = "largest") On on,
        @JsonProperty(defaultValue = "0.0") double dropout,
        @JsonProperty(defaultValue = "0.0") double dropConnect,
        @JsonProperty(defaultValue = "0.0") double weightDecay,
        @JsonProperty(defaultValue = "false") boolean decayVectors) {
    /** Says which members are regularised. */
    public enum On {
        @JsonProperty("largest")
        LARGEST,
        @JsonProperty("all")
        ALL
    }

    public Regularisation {
        if (on == null) {
            throw new InputException("Regularisation must have on: largest or all.");
        }
        if (!(dropout >= 0 && dropout < 1 && dropConnect >= 0 && dropConnect < 1 && weightDecay >= 0)) {
            throw new InputException(
                    "Regularisation must have dropout and dropConnect in [0, 1) and weightDecay >= 0, but got dropout="
                            + dropout + ", dropConnect=" + dropConnect + ", weightDecay=" + weightDecay + ".");
        }
    }

    public static Regularisation none() {
        return new Regularisation(On.LARGEST, 0, 0, 0, true);
    }

    public boolean covers(Role role) {
        return on == On.ALL || role == Role.LARGEST || role == Role.BLEND; // a blend, too, holds every weight
    }
}
