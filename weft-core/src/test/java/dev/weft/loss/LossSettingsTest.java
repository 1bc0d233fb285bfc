package dev.weft.loss;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.criterion.Affinity;
import dev.weft.criterion.Criterion;
import dev.weft.criterion.Labels;
import dev.weft.criterion.SquaredError;
import dev.weft.io.InputException;
import dev.weft.model.ImageInput;
import java.util.List;
import org.junit.jupiter.api.Test;

class LossSettingsTest {
    private static final ImageInput INPUT = new ImageInput(1, 8, List.of(0.5), List.of(0.5), List.of("a", "b"));

    private static void requireFits(Criterion stated, double smoothing) {
        new LossSettings(stated, new Distillation.None(), smoothing, Regularisation.none(), Precision.FLOAT32)
                .requireFits(INPUT);
    }

    @Test
    void aCriterionThatIsNothingWithoutATeacherIsRefused() {
        assertThatThrownBy(() -> requireFits(new Affinity(), 0))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(
                        "must be a loss against targets, but \"affinity\" compares with a teacher's outputs");
        assertThatCode(() -> requireFits(null, 0.1)).doesNotThrowAnyException();
    }

    @Test
    void labelsAreSmoothedByOneNumber() {
        assertThatThrownBy(() -> requireFits(new Labels(0.2), 0.1))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("labelSmoothing is 0.1 and the smoothing of the criterion 0.2");
        assertThatCode(() -> requireFits(new Labels(0.1), 0.1)).doesNotThrowAnyException();
        assertThatCode(() -> requireFits(new Labels(0.2), 0)).doesNotThrowAnyException();
    }

    @Test
    void aCriterionWithoutClassesHasNothingToSmooth() {
        assertThatThrownBy(() -> requireFits(new SquaredError(), 0.1))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("\"squared-error\" has no classes to spread a target over, but got 0.1");
        assertThatCode(() -> requireFits(new SquaredError(), 0)).doesNotThrowAnyException();
    }
}
