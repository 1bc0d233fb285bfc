package dev.weft.criterion;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.io.InputException;

/**
 * How a member that has a teacher learns: {@code labelShare · labels + (1 - labelShare) · teacher}, or with {@code kdRatio}
 * {@code labels + kdRatio · teacher}, the form of once-for-all (Cai et al. 2020). The first loss is the cross-entropy of {@link Losses#labels}, the second
 * that of {@link Losses#soft} at a temperature.
 *
 * <p>Both forms say the same but for a factor: {@code kdRatio: r} is {@code 1 + r} times {@code labelShare: 1 / (1 + r)}.
 *
 * @param labelShare of the loss, from 0 (the teacher alone, as in BigNAS) to 1 (labels alone)
 * @param kdRatio of the teacher's loss beside the whole loss of the labels; absent for a share
 * @param temperature that both logits are divided by (Hinton et al. 2015). The teacher's loss is multiplied by its square, so that its
 *     gradients stay about as large as at temperature 1
 */
public record SoftLoss(
        @JsonProperty(defaultValue = "0.0") double labelShare,
        @JsonInclude(JsonInclude.Include.NON_NULL) Double kdRatio,
        @JsonProperty(defaultValue = "1.0") double temperature) {
    /** The teacher alone, at temperature 1. */
    public static final SoftLoss TEACHER = new SoftLoss(0, null, 1);

    public SoftLoss {
        if (!(labelShare >= 0 && labelShare <= 1)) {
            throw new InputException(
                    "Distillation must have labelShare from 0 (the teacher alone) to 1 (labels alone), but got "
                            + labelShare + ".");
        }
        if (kdRatio != null && !(kdRatio >= 0 && Double.isFinite(kdRatio))) {
            throw new InputException("Distillation must have kdRatio >= 0, but got " + kdRatio + ".");
        }
        if (kdRatio != null && labelShare != 0) {
            throw new InputException("Distillation must have labelShare or kdRatio, but got labelShare=" + labelShare
                    + ", kdRatio=" + kdRatio + ". kdRatio: r weighs them like labelShare: 1 / (1 + r).");
        }
        if (!(temperature > 0 && Double.isFinite(temperature))) {
            throw new InputException("Distillation must have temperature > 0, but got " + temperature + ".");
        }
    }

    /** The factor of the loss against labels. */
    public double labels() {
        return kdRatio == null ? labelShare : 1;
    }

    /** The factor of the loss against the teacher, that of the temperature not included. */
    public double teacher() {
        return kdRatio == null ? 1 - labelShare : kdRatio;
    }
}
