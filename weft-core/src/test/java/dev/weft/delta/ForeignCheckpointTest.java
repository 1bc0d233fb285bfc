package dev.weft.delta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.io.Safetensors;
import dev.weft.io.TensorData;
import dev.weft.ops.Tensors;
import dev.weft.weight.StoredTensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForeignCheckpointTest {
    /** 1.5 and -2 in each type: half 0x3E00, 0xC000; bfloat16 0x3FC0, 0xC000. */
    private static TensorData shorts(String type, int... bits) {
        return TensorData.of(type, List.of((long) bits.length), () -> {
            ByteBuffer bytes = ByteBuffer.allocate(2 * bits.length).order(ByteOrder.LITTLE_ENDIAN);
            for (int each : bits) {
                bytes.putShort((short) each);
            }
            return bytes.flip();
        });
    }

    private static TensorData doubles(double... values) {
        return TensorData.of("F64", List.of((long) values.length), () -> {
            ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
            for (double value : values) {
                bytes.putDouble(value);
            }
            return bytes.flip();
        });
    }

    private static Path write(Path file, Map<String, TensorData> tensors) {
        Safetensors.write(file, new LinkedHashMap<>(tensors), Map.of());
        return file;
    }

    @Test
    void everyFloatingTypeBecomesFloat32(@TempDir Path folder) {
        Path file = write(
                folder.resolve("model.safetensors"),
                Map.of(
                        "half", shorts("F16", 0x3E00, 0xC000),
                        "brain", shorts("BF16", 0x3FC0, 0xC000),
                        "single", TensorData.floats(List.of(2L), 1.5f, -2),
                        "double", doubles(1.5, -2)));
        for (ForeignCheckpoint checkpoint : List.of(ForeignCheckpoint.open(file), ForeignCheckpoint.open(folder))) {
            assertThat(checkpoint.names()).hasSize(4);
            for (String name : checkpoint.names()) {
                assertThat(Tensors.floats(checkpoint.tensor(name))).as(name).containsExactly(1.5f, -2);
            }
        }
    }

    @Test
    void aTensorIsACopy(@TempDir Path folder) {
        Path file = write(folder.resolve("x.safetensors"), Map.of("w", TensorData.floats(List.of(1L), 7)));
        ForeignCheckpoint checkpoint = ForeignCheckpoint.open(file);
        checkpoint.tensor("w").zero_();
        assertThat(Tensors.floats(checkpoint.tensor("w"))).containsExactly(7);
    }

    @Test
    void anIndexLeadsToEachFile(@TempDir Path folder) throws Exception {
        write(folder.resolve("one.safetensors"), Map.of("a", TensorData.floats(List.of(1L), 1)));
        write(folder.resolve("two.safetensors"), Map.of("b", TensorData.floats(List.of(1L), 2)));
        Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                "{\"metadata\": {\"total_size\": 8}, \"weight_map\": {\"a\": \"one.safetensors\", \"b\": \"two.safetensors\"}}");
        ForeignCheckpoint checkpoint = ForeignCheckpoint.open(folder);
        assertThat(checkpoint.names()).containsExactly("a", "b");
        assertThat(Tensors.floats(checkpoint.tensor("b"))).containsExactly(2);
    }

    @Test
    void anIndexThatLeadsElsewhereIsRefused(@TempDir Path folder) throws Exception {
        Path inside = Files.createDirectory(folder.resolve("inside"));
        write(folder.resolve("secret.safetensors"), Map.of("a", TensorData.floats(List.of(1L), 1)));
        Files.writeString(
                inside.resolve("model.safetensors.index.json"), "{\"weight_map\": {\"a\": \"../secret.safetensors\"}}");
        assertThatThrownBy(() -> ForeignCheckpoint.open(inside))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("of its own folder");
        Files.writeString(inside.resolve("model.safetensors.index.json"), "{\"weight_map\": 3}");
        assertThatThrownBy(() -> ForeignCheckpoint.open(inside))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("weight_map");
    }

    @Test
    void whatIsNoCheckpointOrNoWeightIsRefused(@TempDir Path folder) {
        assertThatThrownBy(() -> ForeignCheckpoint.open(folder))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("has neither");
        Path file = write(
                folder.resolve("x.safetensors"),
                Map.of(
                        "ids", StoredTensors.data(Tensors.ofLongs(new long[] {1}, 1)),
                        "bad", shorts("F16", 0x7E00)));
        ForeignCheckpoint checkpoint = ForeignCheckpoint.open(file);
        assertThatThrownBy(() -> checkpoint.tensor("ids"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("to be a weight, but is I64");
        assertThatThrownBy(() -> checkpoint.tensor("bad"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("finite");
        assertThatThrownBy(() -> checkpoint.tensor("idz"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("ids");
    }

    @Test
    void namesAreMappedAndTheRestIsLeftOut(@TempDir Path folder) {
        Path file = write(
                folder.resolve("x.safetensors"),
                Map.of(
                        "bert.encoder.layer.3.output.dense.weight", TensorData.floats(List.of(1L), 3),
                        "bert.pooler.dense.weight", TensorData.floats(List.of(1L), 4)));
        ForeignCheckpoint renamed = ForeignCheckpoint.open(file)
                .renamed(new NameMap(List.of(new NameMap.Rule(
                        "bert\\.encoder\\.layer\\.(\\d+)\\.output\\.dense\\.(.*)", "blocks.$1.mlp.fc2.$2"))));
        assertThat(renamed.names()).containsExactly("blocks.3.mlp.fc2.weight");
        assertThat(Tensors.floats(renamed.tensor("blocks.3.mlp.fc2.weight"))).containsExactly(3);
        assertThatThrownBy(() ->
                        ForeignCheckpoint.open(file).renamed(new NameMap(List.of(new NameMap.Rule("bert.*", "one")))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("a name of its own");
    }

    @Test
    void aRuleWithoutANameLeavesOut() {
        NameMap map = new NameMap(List.of(new NameMap.Rule("x.*", null), new NameMap.Rule(".*", "$0")));
        assertThat(map.of("xy")).isEmpty();
        assertThat(map.of("yx")).contains("yx");
        assertThatThrownBy(() -> new NameMap.Rule("(", "x"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("regular expression");
    }
}
