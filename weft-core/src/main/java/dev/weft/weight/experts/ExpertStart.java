package dev.weft.weight.experts;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.weft.io.InputException;

/**
 * Where experts begin. Nothing in their training forces them apart: equal experts with equal mixing weights would stay equal.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ExpertStart.Independent.class, name = "independent"),
    @JsonSubTypes.Type(value = ExpertStart.Copy.class, name = "copy"),
    @JsonSubTypes.Type(value = ExpertStart.Supernet.class, name = "supernet")
})
public sealed interface ExpertStart {
    /** Each drawn for itself. A mixture of m independent draws has 1/m of their variance; it is not scaled up. */
    record Independent() implements ExpertStart {}

    /**
     * The first expert's values, and noise on the others. A weight that begins constant, such as a bias, gets no noise: its experts
     * differ once their mixing weights do.
     *
     * @param noise standard deviation, as a part of the weight's own
     */
    record Copy(double noise) implements ExpertStart {
        public Copy {
            requireNoise(noise);
        }
    }

    /**
     * All weights from a trained family of the same model, and noise on every expert but the first.
     *
     * @param family its file
     */
    record Supernet(String family, double noise) implements ExpertStart {
        public Supernet {
            requireNoise(noise);
            if (family == null) {
                throw new InputException("A start from a supernet must name its family file.");
            }
        }
    }

    private static void requireNoise(double noise) {
        if (!(noise > 0 && Double.isFinite(noise))) {
            throw new InputException(
                    "Experts that start as copies must have noise > 0, or they stay equal, but got " + noise + ".");
        }
    }
}
