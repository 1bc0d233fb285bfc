package dev.weft.criterion;

import dev.weft.io.InputException;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/**
 * The squared difference of the outputs (B, …) and a batch's targets of the same shape, the mean over the numbers of an example: for
 * regression, denoising and velocities.
 */
public record SquaredError() implements Criterion {
    @Override
    public Tensor each(Scene scene) {
        return of(scene.outputs().only(), scene.batch().labels());
    }

    /** The squared difference to the teacher's outputs; numbers that are no logits have no temperature. */
    @Override
    public Criterion ofTeacher(double temperature) {
        return new OfTeacher();
    }

    private record OfTeacher() implements Criterion {
        @Override
        public Tensor each(Scene scene) {
            return SquaredError.of(
                    scene.outputs().only(), scene.requireTeacher().only().detach());
        }

        @Override
        public boolean readsTeacher() {
            return true;
        }
    }

    private static Tensor of(Tensor outputs, Tensor targets) {
        if (!Arrays.equals(outputs.shape(), targets.shape())) {
            throw new InputException("Squared error must have targets of the outputs' shape "
                    + Arrays.toString(outputs.shape()) + ", but got " + Arrays.toString(targets.shape()) + ".");
        }
        return Losses.precise(outputs)
                .sub(Losses.precise(targets))
                .square()
                .reshape(outputs.size(0), -1)
                .mean(1);
    }
}
