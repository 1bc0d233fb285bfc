package dev.weft.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PortTest {
    @Test
    void axesAreOpenByNameOrFixedBySize() {
        Port port = Port.longs("tokens", 4).open("length_2").fixed(1);
        assertThat(port).hasToString("tokens INT64 (batch, 4, length_2, 1)");
        assertThat(port.axes()).extracting(Port.Axis::isOpen).containsExactly(false, true, false);
        assertThat(port.fixedSize()).isEqualTo(4);
    }

    /** A tensor of the right shape may be of the wrong type, so a refusal says both. */
    @Test
    void tensorsAreDescribedByTypeAndShape() {
        try (PointerScope scope = new PointerScope()) {
            Tensor tokens = Tensors.ofLongs(new long[] {1, 2}, 1, 2);
            assertThat(Port.floats("x", 2).takes(tokens)).isFalse();
            assertThat(Port.describe(tokens)).isEqualTo("INT64 [1, 2]");
            assertThat(Port.describe(Tensors.of(new float[] {1, 2}, 1, 2))).isEqualTo("FLOAT32 [1, 2]");
            assertThat(Port.describe(Tensors.inDoubles(Tensors.of(new float[] {1, 2}, 1, 2))))
                    .isEqualTo("Double [1, 2]");
        }
    }

    /** What an exported file could not say is refused where it is written down, and not at export. */
    @ParameterizedTest
    @CsvSource({
        "batch, 0",
        "two words, 0",
        "length:2, 0",
        "länge, 0",
        "length, -1",
        "length, 3",
        "'', 0",
        "'', -1",
        ", 0"
    })
    void anAxisOfNoUseIsRefused(String name, int size) {
        assertThatThrownBy(() -> new Port.Axis(name, size))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("An axis must have a size of 1 or more and no name, or size 0 and a name of letters, digits"
                        + " and underscores that is not \"batch\", but got \"" + name + "\" and " + size + ".");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2x", "a b", "a.b"})
    void theNameOfAPortIsThatOfAValueOfAFile(String name) {
        assertThatThrownBy(() -> Port.floats(name, 2)).isInstanceOf(IllegalArgumentException.class);
    }
}
