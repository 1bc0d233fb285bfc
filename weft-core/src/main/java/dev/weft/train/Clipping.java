package dev.weft.train;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.io.InputException;

/**
 * Clipping of gradients between backward and the optimiser.
 *
 * @param by the norm of all gradients together, or each entry's absolute value
 * @param limit the largest norm or value that is left alone
 */
public record Clipping(By by, double limit) {
    /** What is limited. */
    public enum By {
        @JsonProperty("norm")
        NORM,
        @JsonProperty("value")
        VALUE
    }

    public Clipping {
        if (by == null || !(limit > 0)) {
            throw new InputException("Clipping must have by (norm or value) and limit > 0, but got by="
                    + (by == null ? null : by.name().toLowerCase(java.util.Locale.ROOT)) + ", limit=" + limit + ".");
        }
    }
}
