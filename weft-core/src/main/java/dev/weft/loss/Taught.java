package dev.weft.loss;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A mixture of labels and a teacher's logits: {@code labels · L + teacher · S}, with S the soft cross-entropy of
 * {@link Losses#soft(Tensor, Tensor, double)}. A part whose factor is 0 is not computed.
 *
 * @param labels what the labels are read by
 * @param soft the two factors, and the temperature of the teacher's part
 */
public record Taught(Labels labels, SoftLoss soft) implements Criterion {
    private interface Part {
        Tensor of(Scene scene);
    }

    @Override
    public Tensor each(Scene scene) {
        return mixture(
                scene, labels::each, s -> Losses.softOfEach(s.outputs(), s.requireTeacher(), soft.temperature()));
    }

    @Override
    public Tensor of(Scene scene) {
        return mixture(scene, labels::of, s -> Losses.soft(s.outputs(), s.requireTeacher(), soft.temperature()));
    }

    private Tensor mixture(Scene scene, Part own, Part teacher) {
        if (!readsTeacher()) {
            return own.of(scene);
        }
        Tensor taught = times(teacher.of(scene), soft.teacher());
        return soft.labels() == 0 ? taught : times(own.of(scene), soft.labels()).add(taught);
    }

    private static Tensor times(Tensor loss, double factor) {
        return factor == 1 ? loss : loss.mul(new Scalar(factor));
    }

    @Override
    public boolean readsTeacher() {
        return soft.teacher() != 0;
    }
}
