package dev.weft.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.export.ExportedNetwork;
import dev.weft.export.ExportedNetwork.Numbers;
import dev.weft.export.ExportedPort;
import dev.weft.export.InvalidInputException;
import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import dev.weft.model.Family;
import dev.weft.model.PortsModel;
import dev.weft.ops.Bundle;
import dev.weft.ops.Ops;
import dev.weft.ops.Port;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Files of models of any ports: what they refuse to be, and to be given. */
class PortsExportTest {
    private static final List<Port> INPUTS =
            List.of(Port.floats("x").open("points").fixed(3));

    private static Family family(Port... outputs) {
        return Family.of(
                PortsModel.of(INPUTS, List.of(outputs), inputs -> Bundle.of("y", Ops.relu(inputs.get("x")))),
                1,
                List.of(),
                Kinds.builtIn().with(PortsModel.Ports.class));
    }

    @Test
    void wholeNumbersAreNoOutputOfAFile() {
        try (Family family = family(Port.longs("y").open("points").fixed(3))) {
            assertThatThrownBy(() -> OnnxExporter.file(family, "small"))
                    .isInstanceOf(InputException.class)
                    .hasMessage("A member must give float32 to be an ONNX file, but \"small\" gives y INT64 (batch,"
                            + " points, 3). Keep it as safetensors (extract), or give that output as numbers of"
                            + " float32.");
        }
    }

    private static void assertRefused(ExportedNetwork network, Map<String, Numbers> inputs, String message) {
        assertThatThrownBy(() -> network.run(inputs))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(message);
    }

    @Test
    void whatDoesNotFitAPortIsRefusedInOneLine() {
        ExportedPort port =
                new ExportedPort("x", false, List.of(new ExportedPort.Axis("points", 2), new ExportedPort.Axis("", 3)));
        assertThat(port).hasToString("x float32 (batch, points, 3)");
        try (Family family = family(Port.floats("y").open("points").fixed(3));
                ExportedNetwork network = ExportedNetwork.open(OnnxExporter.file(family, "small"), 1)) {
            assertThat(network.inputs()).containsExactly(port);
            assertThat(network.run(Map.of("x", Numbers.of(new float[] {-1, 2, 3}, 1, 1, 3)))
                            .get("y")
                            .floats())
                    .containsExactly(0, 2, 3);
            String must = "The model of member \"small\" must be given x float32 (batch, points, 3), but was given ";
            assertRefused(network, Map.of(), must + "nothing of that name. Inputs: [].");
            assertRefused(network, Map.of("x", Numbers.of(new float[4], 1, 4)), must + "float32 (1, 4).");
            assertRefused(network, Map.of("x", Numbers.of(new long[3], 1, 1, 3)), must + "int64 (1, 1, 3).");
            for (Numbers given : List.of(
                    Numbers.of(new float[5], 1, 2, 3),
                    Numbers.of(new float[6], -1, -2, 3),
                    Numbers.of(new float[0], Long.MAX_VALUE, Long.MAX_VALUE, 3))) {
                assertRefused(
                        network,
                        Map.of("x", given),
                        "The input \"x\" must have as many numbers as its shape says, but was given "
                                + given.floats().length + " for " + given
                                + ". Give the shape of the numbers, the batch first.");
            }
        }
    }
}
