package dev.weft.optim;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.io.InputException;

/**
 * An exponential moving average of the weights: after every step {@code a = decay · a + (1 - decay) · w}. It smooths out the last steps, and is
 * evaluated, searched, extracted and exported in place of the weights themselves, with batch-norm statistics that are gathered for it.
 *
 * @param decay the part of the average that stays; 0.9999 is usual for ImageNet, where an epoch has a thousand steps and more
 * @param warmup whether the decay rises to that, as {@code (1 + t) / (10 + t)} after t steps, so that a short run does not keep its first
 *     weights
 */
public record Averaging(
        @JsonProperty(defaultValue = "0.9999") double decay,
        @JsonProperty(defaultValue = "true") boolean warmup) {
    public Averaging {
        if (!(decay > 0 && decay < 1)) {
            throw new InputException(
                    "train.average must have a decay over 0 and under 1, but got decay=" + decay + ".");
        }
    }

    /** @param step that was done, from 1 */
    public double decayAt(long step) {
        return warmup ? Math.min(decay, (1.0 + step) / (10.0 + step)) : decay;
    }
}
