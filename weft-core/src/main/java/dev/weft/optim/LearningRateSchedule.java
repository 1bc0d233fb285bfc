package dev.weft.optim;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.weft.io.InputException;

/** Change of the learning rate over time. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = LearningRateSchedule.Constant.class, name = "constant"),
    @JsonSubTypes.Type(value = LearningRateSchedule.Exponential.class, name = "exponential"),
    @JsonSubTypes.Type(value = LearningRateSchedule.Cosine.class, name = "cosine")
})
public interface LearningRateSchedule {
    /**
     * What the initial learning rate is multiplied by.
     *
     * @param epochs how many have passed, with fractions
     * @param total how many there will be
     */
    double factor(double epochs, double total);

    /** The initial rate throughout. */
    record Constant() implements LearningRateSchedule {
        @Override
        public double factor(double epochs, double total) {
            return 1;
        }
    }

    /**
     * The rate is, after a linear warm-up, {@code max(factor^(epochs since / everyEpochs), floor)}: the constant ending of BigNAS, which keeps
     * small members moving when the largest has converged. The floor is a part of the initial rate.
     *
     * @param factor of one decay
     * @param everyEpochs between decays
     * @param floor 0.05 in BigNAS; 0 for none
     * @param warmupEpochs before the decay begins
     * @param staircase whether the rate drops at whole decays only, or continuously
     */
    record Exponential(
            double factor,
            double everyEpochs,
            @JsonProperty(defaultValue = "0.0") double floor,
            @JsonProperty(defaultValue = "0.0") double warmupEpochs,
            @JsonProperty(defaultValue = "false") boolean staircase)
            implements LearningRateSchedule {
        public Exponential {
            if (!(factor > 0 && factor <= 1 && everyEpochs > 0 && floor >= 0 && floor <= 1 && warmupEpochs >= 0)) {
                throw new InputException(
                        "An exponential schedule must have 0 < factor <= 1, everyEpochs > 0, 0 <= floor <= 1 and "
                                + "warmupEpochs >= 0, but got factor=" + factor + ", everyEpochs=" + everyEpochs
                                + ", floor=" + floor
                                + ", warmupEpochs=" + warmupEpochs + ".");
            }
        }

        @Override
        public double factor(double epochs, double total) {
            if (epochs < warmupEpochs) {
                return epochs / warmupEpochs;
            }
            double decays = (epochs - warmupEpochs) / everyEpochs;
            return Math.max(StrictMath.pow(factor, staircase ? Math.floor(decays) : decays), floor);
        }
    }

    /**
     * The rate is, after a linear warm-up, half a cosine from the initial rate to the floor at the end.
     *
     * @param floor the last rate, as a part of the initial rate
     */
    record Cosine(
            @JsonProperty(defaultValue = "0.0") double floor,
            @JsonProperty(defaultValue = "0.0") double warmupEpochs) implements LearningRateSchedule {
        public Cosine {
            if (!(floor >= 0 && floor <= 1 && warmupEpochs >= 0)) {
                throw new InputException(
                        "A cosine schedule must have 0 <= floor <= 1 and warmupEpochs >= 0, but got floor=" + floor
                                + ", warmupEpochs=" + warmupEpochs + ".");
            }
        }

        @Override
        public double factor(double epochs, double total) {
            if (epochs < warmupEpochs) {
                return epochs / warmupEpochs;
            }
            double part = Math.min(1, (epochs - warmupEpochs) / Math.max(total - warmupEpochs, 1e-9));
            return floor + (1 - floor) * 0.5 * (1 + StrictMath.cos(Math.PI * part));
        }
    }
}
