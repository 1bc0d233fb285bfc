package dev.weft.criterion;

import dev.weft.io.InputException;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Affinity mimicking of two towers (TinyCLIP, Wu et al. 2023): the outputs are logits (B, B) of how well the first half of each pair,
 * an image, matches the second half of every pair, a text. A student copies how a teacher's rows (from image to text) and columns
 * (from text to image) are spread, by half of each soft cross-entropy. The loss of an example is that of its row and of its column.
 */
public record Affinity() implements Criterion {
    @Override
    public Tensor each(Scene scene) {
        Tensor student = scene.outputs().only();
        Tensor teacher = scene.requireTeacher().only();
        long pairs = student.size(0);
        if (student.dim() != 2 || student.size(1) != pairs || !Arrays.equals(student.shape(), teacher.shape())) {
            throw new InputException("Affinity must be of logits (B, B) of a student and of a teacher, but got "
                    + Arrays.toString(student.shape()) + " and " + Arrays.toString(teacher.shape()) + ".");
        }
        Tensor rows = Losses.softOfEach(student, teacher);
        Tensor columns = Losses.softOfEach(student.t(), teacher.t());
        return rows.add(columns).mul(new Scalar(0.5));
    }

    @Override
    public boolean readsTeacher() {
        return true;
    }
}
