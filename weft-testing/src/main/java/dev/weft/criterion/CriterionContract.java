package dev.weft.criterion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.io.InputException;
import dev.weft.ops.Bundle;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** What holds for every criterion; implement it for a new one. */
public interface CriterionContract {
    Criterion criterion();

    /** A scene of two or more examples, the same at each call, with outputs in float32 and a teacher; its tensors belong to the scope. */
    Scene scene();

    @Test
    default void everyExampleHasAFiniteLossAndTheBatchHasTheirMean() {
        try (PointerScope scope = new PointerScope()) {
            Scene scene = scene();
            Tensor each = criterion().each(scene);
            assertThat(each.shape()).containsExactly(scene.batch().size());
            assertThat(each.isfinite().all().item_bool()).isTrue();
            double batch = criterion().of(scene).item_double();
            assertThat(each.mean().item_double()).isCloseTo(batch, within(1e-6 + 1e-5 * Math.abs(batch)));
        }
    }

    @Test
    default void theSameSceneHasTheSameLossToTheBit() {
        try (PointerScope scope = new PointerScope()) {
            TensorAssert.assertThat(criterion().of(scene()))
                    .isBitEqualTo(criterion().of(scene()));
        }
    }

    @Test
    default void examplesCountByTheirWeights() {
        try (PointerScope scope = new PointerScope()) {
            Scene scene = scene();
            int size = scene.batch().size();
            double[] each = Tensors.doubles(criterion().each(scene));
            List<Double> first = new ArrayList<>(Collections.nCopies(size, 0.0));
            first.set(0, 2.0);
            assertThat(criterion().of(scene, first).item_double()).isCloseTo(2 * each[0] / size, within(1e-5));
            TensorAssert.assertThat(criterion().of(scene, List.of()))
                    .isBitEqualTo(criterion().of(scene));
        }
    }

    /** The slope along the gradient is its squared length. */
    @Test
    default void theGradientIsThatOfTheLoss() {
        try (PointerScope scope = new PointerScope()) {
            Scene scene = scene();
            Bundle outputs = leaves(scene.outputs());
            criterion().of(with(scene, outputs)).backward();
            Bundle gradient = outputs.map(Tensor::grad);
            double squared = gradient.tensors().values().stream()
                    .mapToDouble(each -> each.square().sum().item_double())
                    .sum();
            double step = 1e-2 / Math.sqrt(squared);
            double up = along(scene, gradient, step);
            double down = along(scene, gradient, -step);
            assertThat((up - down) / (2 * step)).isCloseTo(squared, within(0.02 * squared));
        }
    }

    private double along(Scene scene, Bundle gradient, double step) {
        Map<String, Tensor> moved = new LinkedHashMap<>();
        scene.outputs()
                .tensors()
                .forEach((name, output) -> moved.put(name, output.detach().add(gradient.get(name), new Scalar(step))));
        return criterion().of(with(scene, new Bundle(moved))).item_double();
    }

    private static Bundle leaves(Bundle outputs) {
        return outputs.map(output -> output.detach().clone().set_requires_grad(true));
    }

    private static Scene with(Scene scene, Bundle outputs) {
        return new Scene(scene.batch(), scene.member(), outputs, scene.teacher());
    }

    @Test
    default void aTeacherIsReadAndGetsNoGradientOrIsNotRead() {
        try (PointerScope scope = new PointerScope()) {
            Scene scene = scene();
            Bundle teacher = leaves(scene.teacher().orElseThrow());
            Bundle outputs = leaves(scene.outputs());
            Scene alone = new Scene(scene.batch(), scene.member(), outputs, Optional.empty());
            criterion().of(alone.taughtBy(teacher)).backward();
            assertThat(teacher.tensors().values()).noneMatch(each -> each.grad().defined());
            if (criterion().readsTeacher()) {
                assertThatThrownBy(() -> criterion().of(alone))
                        .isInstanceOf(InputException.class)
                        .hasMessageNotContaining("\n");
            } else {
                TensorAssert.assertThat(criterion().of(alone))
                        .isBitEqualTo(criterion().of(scene));
            }
        }
    }
}
