package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Bundle;
import dev.weft.ops.Ops;
import dev.weft.ops.Port;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** What a family gives is what its input declares, by name and in order. */
class PortsTest {
    private static final List<Port> INPUT = List.of(Port.floats("x", 2));
    private static final List<Port> OUTPUTS = List.of(Port.floats("first", 2), Port.floats("second", 2));
    private static final Pass PASS = Pass.evaluation(Member.PLAIN, MemberStatistics.none());

    private static Bundle run(List<Port> outputs, Function<Bundle, Bundle> network) {
        try (Family family = Family.of(PortsModel.of(INPUT, outputs, network), 1)) {
            return family.forward(Bundle.of("x", Tensors.of(new float[] {-1, 2}, 1, 2)), PASS);
        }
    }

    private static Bundle named(Tensor tensor, String... names) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (String name : names) {
            tensors.put(name, Ops.relu(tensor));
        }
        return new Bundle(tensors);
    }

    @Test
    void outputsComeInTheOrderOfThePorts() {
        try (PointerScope scope = new PointerScope()) {
            Bundle outputs =
                    run(OUTPUTS, inputs -> Bundle.of("second", inputs.get("x"), "first", Ops.relu(inputs.get("x"))));
            assertThat(outputs.tensors().keySet()).containsExactly("first", "second");
            assertThat(Tensors.floats(outputs.get("first"))).containsExactly(0, 2);
            assertThat(Tensors.floats(outputs.get("second"))).containsExactly(-1, 2);
        }
    }

    @Test
    void outputsOfOtherNamesAreAnError() {
        try (PointerScope scope = new PointerScope()) {
            assertThatThrownBy(() -> run(OUTPUTS, inputs -> named(inputs.only(), "first")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("Model ports must give the outputs that its input declares, [first, second], but its"
                            + " network gives [first]. Give each port one tensor of its name.");
            assertThatThrownBy(() -> run(OUTPUTS, inputs -> named(inputs.only(), "first", "second", "third")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("gives [first, second, third]");
        }
    }

    @Test
    void oneTensorIsTheInputOfTheOnlyPort() {
        try (PointerScope scope = new PointerScope()) {
            List<Port> output = List.of(Port.floats("y", 2));
            Tensor given = Tensors.of(new float[] {-1, 2}, 1, 2);
            try (Family family = Family.of(PortsModel.of(INPUT, output, inputs -> named(inputs.get("x"), "any")), 1)) {
                assertThat(Tensors.floats(family.forward(given, PASS))).containsExactly(0, 2);
                assertThat(family.forward(Bundle.of("x", given), PASS).tensors().keySet())
                        .containsExactly("y");
            }
            List<Port> two = List.of(Port.floats("x", 2), Port.floats("z", 2));
            try (Family family = Family.of(PortsModel.of(two, output, inputs -> named(inputs.get("x"), "y")), 1)) {
                assertThatThrownBy(() -> family.forward(given, PASS))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("Model ports must be given its inputs by name, [x FLOAT32 (batch, 2), z FLOAT32"
                                + " (batch, 2)], but was given one tensor. Give a bundle.");
            }
        }
    }
}
