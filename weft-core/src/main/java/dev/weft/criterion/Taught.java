package dev.weft.criterion;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A mixture of targets and a teacher's outputs: {@code labels · L + teacher · S}, with S what the criterion has for a teacher: of labels
 * the soft cross-entropy of {@link Losses#soft(Tensor, Tensor, double)}. A part whose factor is 0 is not computed.
 *
 * @param own what the targets are read by
 * @param soft the two factors, and the temperature of the teacher's part
 */
public record Taught(Criterion own, SoftLoss soft) implements Criterion {
    private interface Part {
        Tensor of(Scene scene);
    }

    @Override
    public Tensor each(Scene scene) {
        return mixture(scene, own::each, taught -> ofTeacher().each(taught));
    }

    @Override
    public Tensor of(Scene scene) {
        return mixture(scene, own::of, taught -> ofTeacher().of(taught));
    }

    private Criterion ofTeacher() {
        return own.ofTeacher(soft.temperature());
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
