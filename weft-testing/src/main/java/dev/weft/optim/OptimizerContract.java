package dev.weft.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** What holds for every optimiser; implement it for a new one, whose settings are a record. */
public interface OptimizerContract {
    /** The optimiser, with settings under which it remembers as much as it can. */
    Optimizer optimizer();

    /** A run that is resumed from a checkpoint takes the steps of one that never stopped, bit for bit. */
    @Test
    default void memoryThatIsSavedAndRestoredGivesTheSameSteps() {
        try (PointerScope scope = new PointerScope();
                ParameterUpdate straight = update(parameters())) {
            steps(straight, 0, 3);
            Map<String, Tensor> saved = copies(straight.parameters());
            Map<String, Tensor> memory = copies(straight.remembered());
            steps(straight, 3, 6);
            try (ParameterUpdate resumed = update(saved)) {
                resumed.restore(memory);
                steps(resumed, 3, 6);
                straight.parameters().forEach((name, parameter) -> TensorAssert.assertThat(saved.get(name))
                        .as(name)
                        .isBitEqualTo(parameter));
            }
            TensorAssert.assertThat(straight.parameters()
                            .get("a")
                            .sub(parameters().get("a"))
                            .abs()
                            .gt(new Scalar(0)))
                    .as("moved")
                    .isBitEqualTo(parameters().get("a").abs().ge(new Scalar(0)));
        }
    }

    /** A parameter that no member used has no gradient: neither it nor what is remembered of it changes by a bit. */
    @Test
    default void aParameterWithoutGradientIsNotMoved() {
        try (PointerScope scope = new PointerScope();
                ParameterUpdate update = update(parameters())) {
            steps(update, 0, 2);
            Map<String, Tensor> before = copies(update.parameters());
            Map<String, Tensor> memory = copies(update.remembered());
            Map<String, Tensor> one = gradients(9);
            one.remove("b");
            update.apply(one, optimizer().learningRate(), clipped -> {});
            TensorAssert.assertThat(update.parameters().get("b")).isBitEqualTo(before.get("b"));
            update.remembered().forEach((name, tensor) -> {
                if (name.endsWith("/b")) {
                    TensorAssert.assertThat(tensor).as(name).isBitEqualTo(memory.get(name));
                }
            });
            assertThat(Tensors.floats(update.parameters().get("a"))).isNotEqualTo(Tensors.floats(before.get("a")));
        }
    }

    /** A checkpoint keeps a memory in the shape of its parameter or as one number, and in no other. */
    @Test
    default void whatIsRememberedHasTheShapeOfItsParameterOrIsOneNumber() {
        try (ParameterUpdate update = update(parameters())) {
            try (PointerScope scope = new PointerScope()) {
                steps(update, 0, 2);
            }
            update.remembered().forEach((name, tensor) -> { // which outlives the scope of the steps
                long[] shape = update.parameters()
                        .get(name.substring(name.indexOf('/') + 1))
                        .shape();
                assertThat(tensor.shape())
                        .as(name)
                        .satisfiesAnyOf(found -> assertThat(found).isEqualTo(shape), found -> assertThat(found)
                                .containsExactly(1));
                assertThat(tensor.isfinite().all().item_bool()).as(name).isTrue();
            });
            update.parameters().values().forEach(Tensor::close);
        }
    }

    /** Training ends when a parameter is no longer finite, so a gradient that is no number must not stay in the memory alone. */
    @Test
    default void aGradientThatIsNoNumberShowsInTheParameter() {
        try (PointerScope scope = new PointerScope();
                ParameterUpdate update = update(parameters())) {
            Map<String, Tensor> gradients = gradients(0);
            gradients.put("a", gradients.get("a").mul(new Scalar(Double.NaN)));
            update.apply(gradients, optimizer().learningRate(), clipped -> {});
            assertThat(update.parameters().get("a").isfinite().any().item_bool())
                    .isFalse();
            assertThat(update.parameters().get("b").isfinite().all().item_bool())
                    .isTrue();
        }
    }

    @Test
    default void aSettingThatIsNoNumberIsRefused() throws ReflectiveOperationException {
        RecordComponent[] components = optimizer().getClass().getRecordComponents();
        assertThat(components).as("settings as a record").isNotNull();
        Constructor<?> constructor = optimizer()
                .getClass()
                .getDeclaredConstructor(
                        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
        constructor.setAccessible(true);
        int tried = 0;
        for (int i = 0; i < components.length; i++) {
            if (components[i].getType() == double.class) {
                Object[] values = new Object[components.length];
                for (int k = 0; k < values.length; k++) {
                    components[k].getAccessor().setAccessible(true);
                    values[k] =
                            k == i ? Double.NaN : components[k].getAccessor().invoke(optimizer());
                }
                assertThatThrownBy(() -> constructor.newInstance(values))
                        .as(components[i].getName())
                        .isInstanceOf(InvocationTargetException.class)
                        .cause()
                        .isInstanceOf(InputException.class)
                        .hasMessageContaining("NaN");
                tried++;
            }
        }
        assertThat(tried).isPositive();
    }

    private ParameterUpdate update(Map<String, Tensor> parameters) {
        return new ParameterUpdate(parameters, optimizer(), null, List.of());
    }

    private void steps(ParameterUpdate update, int from, int to) {
        for (int step = from; step < to; step++) {
            update.apply(gradients(step), optimizer().learningRate() / (1 + step), clipped -> {});
        }
    }

    private static Map<String, Tensor> parameters() {
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        parameters.put("a", values(1, 3, 4));
        parameters.put("b", values(2, 5));
        return parameters;
    }

    private static Map<String, Tensor> gradients(int step) {
        Map<String, Tensor> gradients = new LinkedHashMap<>();
        gradients.put("a", values(100 + 2L * step, 3, 4));
        gradients.put("b", values(101 + 2L * step, 5));
        return gradients;
    }

    private static Map<String, Tensor> copies(Map<String, Tensor> tensors) {
        Map<String, Tensor> copies = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> copies.put(name, Tensors.keep(tensor.clone())));
        return copies;
    }

    private static Tensor values(long seed, long... shape) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensors.of(values, shape);
    }
}
