package dev.weft.nn;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.space.Dim;
import dev.weft.weight.Weights;

/**
 * A norm over the features of a token: which one, and what it learns.
 *
 * @param epsilon what is added to the variance or to the mean square
 * @param scale whether it has one; an RMS norm always does
 * @param shift whether it has one; an RMS norm never does
 */
public record Norm(Kind kind, double epsilon, boolean scale, boolean shift) {
    /** The two norms that there are: by mean and variance, or by the mean square alone. */
    public enum Kind {
        @JsonProperty("layer")
        LAYER,
        @JsonProperty("rms")
        RMS
    }

    public Norm {
        if (kind == Kind.RMS && !scale) {
            throw new IllegalArgumentException("An RMS norm must have a scale.");
        }
    }

    /** Layer norm with a scale and a shift. */
    public static Norm layer(double epsilon) {
        return new Norm(Kind.LAYER, epsilon, true, true);
    }

    /** Layer norm that learns nothing, as in front of a modulation. */
    public static Norm plain(double epsilon) {
        return new Norm(Kind.LAYER, epsilon, false, false);
    }

    public static Norm rms(double epsilon) {
        return new Norm(Kind.RMS, epsilon, true, false);
    }

    /** The norm, with weights called {@code name}. */
    public Layer of(Weights weights, String name, Dim features) {
        return kind == Kind.RMS
                ? new RmsNorm(weights, name, features, epsilon)
                : new LayerNorm(weights, name, features, this);
    }
}
