package dev.weft.criterion;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.data.Batch;
import dev.weft.io.InputException;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Cross-entropy of logits (B, …, classes) against a batch's labels (B, …), the mean over all predictions. Where examples are mixed
 * (mixup, CutMix), each of the two labels counts by its share: cross-entropy is linear in its target.
 *
 * @param smoothing the part of the target that is spread evenly over all classes, from 0 to below 1
 */
public record Labels(@JsonProperty(defaultValue = "0.0") double smoothing) implements Criterion {
    /** These are labels without smoothing. */
    public static final Labels HARD = new Labels(0);

    public Labels {
        if (!(smoothing >= 0 && smoothing < 1)) {
            throw new InputException("Label smoothing must be from 0 to below 1, but got " + smoothing + ".");
        }
    }

    /** A smoothing of its own is kept where the recipe has none. */
    @Override
    public Criterion smoothed(double other) {
        if (other != 0 && smoothing != 0 && other != smoothing) {
            throw new InputException("Labels must be smoothed by one number, but labelSmoothing is " + other
                    + " and the smoothing of the criterion " + smoothing + ". Give one of them.");
        }
        return other == 0 ? this : new Labels(other);
    }

    /** Soft cross-entropy, as {@link Losses#soft(Tensor, Tensor, double)} has it. */
    @Override
    public Criterion ofTeacher(double temperature) {
        return new SoftLabels(temperature);
    }

    @Override
    public Tensor each(Scene scene) {
        return mixed(
                scene.batch(), labels -> Losses.labelsOfEach(scene.outputs().only(), labels, smoothing));
    }

    /** The mean over all predictions at once, which libtorch sums in one pass. */
    @Override
    public Tensor of(Scene scene) {
        return mixed(scene.batch(), labels -> Losses.labels(scene.outputs().only(), labels, smoothing));
    }

    private static Tensor mixed(Batch batch, UnaryOperator<Tensor> loss) {
        Tensor own = loss.apply(batch.labels());
        if (batch.mixture().isEmpty()) {
            return own;
        }
        Batch.Mixture mixture = batch.mixture().get();
        return own.mul(new Scalar(mixture.share()))
                .add(loss.apply(mixture.partners()), new Scalar(1 - mixture.share()));
    }
}
