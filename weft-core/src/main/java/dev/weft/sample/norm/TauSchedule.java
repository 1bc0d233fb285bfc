package dev.weft.sample.norm;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.weft.io.InputException;

/** How far a learnt distribution is trusted over the uniform one in the course of training: 0 for not at all, 1 for alone. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = TauSchedule.Linear.class, name = "linear"),
    @JsonSubTypes.Type(value = TauSchedule.Constant.class, name = "constant"),
    @JsonSubTypes.Type(value = TauSchedule.Cosine.class, name = "cosine"),
    @JsonSubTypes.Type(value = TauSchedule.Step.class, name = "step")
})
public sealed interface TauSchedule {
    /**
     * Tau at the end of an epoch.
     *
     * @param epoch from 0
     * @param epochs of the run
     */
    double at(long epoch, int epochs);

    private static double required(double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new InputException("Tau must be from 0 to 1, but is " + value + ".");
        }
        return value;
    }

    /** {@code epoch / epochs}, as published: 0 after the first epoch, just below 1 after the last. */
    record Linear() implements TauSchedule {
        @Override
        public double at(long epoch, int epochs) {
            return (double) epoch / epochs;
        }
    }

    /** The same all the time. */
    record Constant(double value) implements TauSchedule {
        public Constant {
            required(value);
        }

        @Override
        public double at(long epoch, int epochs) {
            return value;
        }
    }

    /** {@code (1 - cos(π epoch / epochs)) / 2}: slow at both ends. */
    record Cosine() implements TauSchedule {
        @Override
        public double at(long epoch, int epochs) {
            return (1 - Math.cos(Math.PI * epoch / epochs)) / 2;
        }
    }

    /**
     * 0 at first, then a value.
     *
     * @param epoch from which on, counted from 0
     */
    record Step(int epoch, double value) implements TauSchedule {
        public Step {
            required(value);
            if (epoch < 0) {
                throw new InputException("Tau must step at an epoch >= 0, but steps at " + epoch + ".");
            }
        }

        @Override
        public double at(long now, int epochs) {
            return now < epoch ? 0 : value;
        }
    }
}
