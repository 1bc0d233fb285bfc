package dev.weft.criterion;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Losses over logits (…, classes), as the mean over all that is before the last dimension: the batch, or every position of its
 * texts. Scalars that belong to the caller's scope.
 */
public final class Losses {
    private Losses() {}

    /** Cross-entropy against labels (…), a part {@code smoothing} of the target spread evenly over all classes. */
    public static Tensor labels(Tensor logits, Tensor labels, double smoothing) {
        Tensor rows = precise(logits).reshape(-1, logits.size(-1));
        return torch.cross_entropy_loss(rows, labels.reshape(-1), new TensorOptional(), 1, -100, smoothing);
    }

    /** Does what {@link #labels(Tensor, Tensor, double)} does, for each example (B): the mean over its predictions. */
    public static Tensor labelsOfEach(Tensor logits, Tensor labels, double smoothing) {
        Tensor rows = precise(logits).reshape(-1, logits.size(-1));
        Tensor losses = torch.cross_entropy_loss(rows, labels.reshape(-1), new TensorOptional(), 0, -100, smoothing);
        return losses.reshape(labels.size(0), -1).mean(1);
    }

    /**
     * Soft cross-entropy {@code -Σ q log p} against a teacher's logits, which get no gradient. Its gradient with respect to the
     * logits is {@code (softmax(logits) - q) / N} for N predictions.
     */
    public static Tensor soft(Tensor logits, Tensor teacherLogits) {
        return agreement(logits, teacherLogits).sum().div(new Scalar(-logits.numel() / logits.size(-1)));
    }

    /**
     * Computes {@link #soft(Tensor, Tensor)} of both logits divided by a temperature T, times T² (Hinton et al. 2015). Its gradient with respect
     * to the logits is {@code T (softmax(logits / T) - q) / N}, so that it is about as large at any temperature.
     */
    public static Tensor soft(Tensor logits, Tensor teacherLogits, double temperature) {
        return temperature == 1
                ? soft(logits, teacherLogits)
                : soft(divided(logits, temperature), divided(teacherLogits, temperature))
                        .mul(new Scalar(temperature * temperature));
    }

    /** Does what {@link #soft(Tensor, Tensor)} does, for each example (B): the mean over its predictions. */
    public static Tensor softOfEach(Tensor logits, Tensor teacherLogits) {
        return agreement(logits, teacherLogits)
                .sum(-1)
                .reshape(logits.size(0), -1)
                .mean(1)
                .neg();
    }

    /** Does what {@link #soft(Tensor, Tensor, double)} does, for each example (B): the mean over its predictions. */
    public static Tensor softOfEach(Tensor logits, Tensor teacherLogits, double temperature) {
        return temperature == 1
                ? softOfEach(logits, teacherLogits)
                : softOfEach(divided(logits, temperature), divided(teacherLogits, temperature))
                        .mul(new Scalar(temperature * temperature));
    }

    /** Losses are computed in float32 at least: logits of autocast have fewer bits, those of a family for exact checks more. */
    static Tensor precise(Tensor logits) {
        return logits.scalar_type().intern() == ScalarType.Double ? logits : logits.to(ScalarType.Float);
    }

    private static Tensor divided(Tensor logits, double temperature) {
        return precise(logits).div(new Scalar(temperature));
    }

    /** {@code q log p} of each class. */
    private static Tensor agreement(Tensor logits, Tensor teacherLogits) {
        Tensor target = precise(teacherLogits.detach()).softmax(-1);
        return target.mul(precise(logits).log_softmax(-1));
    }
}
