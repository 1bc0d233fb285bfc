package dev.weft.delta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.io.Safetensors;
import dev.weft.io.SafetensorsFile;
import dev.weft.io.TensorData;
import dev.weft.ops.Tensors;
import dev.weft.weight.StoredTensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeftFolderTest {
    private static final Map<String, Tensor> BASE = Map.of(
            "layer.0.query.weight", Tensors.zeros(3, 2),
            "layer.0.value.weight", Tensors.zeros(2, 2),
            "layer.0.query.bias", Tensors.zeros(3));

    private static LowRankDelta delta(int out, int rank, double scale) {
        float[] a = new float[rank * 2];
        float[] b = new float[out * rank];
        for (int i = 0; i < a.length; i++) {
            a[i] = i + 1;
        }
        for (int i = 0; i < b.length; i++) {
            b[i] = i - 1;
        }
        return LowRankDelta.of(Tensors.of(a, rank, 2), Tensors.of(b, out, rank), scale);
    }

    /** Writes a folder as huggingface/peft does. */
    private static void peft(Path folder, String config, Map<String, Tensor> tensors) throws Exception {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve(PeftFolder.CONFIG), config);
        LinkedHashMap<String, TensorData> data = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> data.put(name, StoredTensors.data(tensor)));
        Safetensors.write(folder.resolve(PeftFolder.TENSORS), data, Map.of("format", "pt"));
    }

    private static final String QUERY = "base_model.model.layer.0.query";

    private static Map<String, Tensor> query() {
        return Map.of(
                QUERY + ".lora_A.weight", Tensors.of(new float[] {1, 2, 3, 4}, 2, 2),
                QUERY + ".lora_B.weight", Tensors.of(new float[] {1, 0, 0, 1, 1, 1}, 3, 2));
    }

    @Test
    void whatIsWrittenReadsBackWithRanksAndScalesOfItsOwn(@TempDir Path folder) {
        Map<String, Delta> deltas = new LinkedHashMap<>();
        deltas.put("layer.0.query.weight", delta(3, 2, 0.5));
        deltas.put("layer.0.value.weight", delta(2, 1, 3));
        Path adapter = folder.resolve("adapter");
        try (DeltaSet set = DeltaSet.of(Fingerprint.of(BASE), deltas)) {
            PeftFolder.write(set, adapter, "some/base", NameMap.identity());
            try (DeltaSet read = PeftFolder.read(adapter, BASE, NameMap.identity())) {
                assertThat(read.deltas().keySet()).isEqualTo(deltas.keySet());
                deltas.forEach((name, delta) -> assertThat(
                                Tensors.floats(read.deltas().get(name).dense()))
                        .isEqualTo(Tensors.floats(delta.dense())));
            }
            assertThatThrownBy(() -> PeftFolder.write(set, adapter, "some/base", NameMap.identity()))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("new or empty");
        }
        Map<?, ?> config = Json.read(adapter.resolve(PeftFolder.CONFIG), Map.class);
        assertThat(config.get("peft_type")).isEqualTo("LORA");
        assertThat(config.get("r")).isEqualTo(2);
        assertThat(config.get("lora_alpha")).isEqualTo(1.0);
        assertThat(config.get("rank_pattern")).isEqualTo(Map.of("^layer\\.0\\.value$", 1));
        assertThat(SafetensorsFile.open(adapter.resolve(PeftFolder.TENSORS)).names())
                .contains(QUERY + ".lora_A.weight", QUERY + ".lora_B.weight");
    }

    @Test
    void aFolderOfPeftIsReadWithItsScale(@TempDir Path folder) throws Exception {
        peft(
                folder,
                "{\"peft_type\": \"LORA\", \"r\": 2, \"lora_alpha\": 8, \"unknown\": [null], \"bias\": \"none\"}",
                query());
        try (DeltaSet read = PeftFolder.read(folder, BASE, NameMap.identity())) {
            assertThat(Tensors.floats(read.deltas().get("layer.0.query.weight").dense()))
                    .containsExactly(4, 8, 12, 16, 16, 24); // 8 / 2 times B A
        }
        peft(folder, "{\"peft_type\": \"LORA\", \"lora_alpha\": 8, \"use_rslora\": true}", query());
        try (DeltaSet read = PeftFolder.read(folder, BASE, NameMap.identity())) {
            assertThat(Tensors.floats(read.deltas().get("layer.0.query.weight").dense())[0])
                    .isCloseTo((float) (8 / Math.sqrt(2)), within(1e-5f));
        }
        peft(folder, "{\"peft_type\": \"LORA\", \"lora_alpha\": 8, \"alpha_pattern\": {\"query\": 2}}", query());
        try (DeltaSet read = PeftFolder.read(folder, BASE, NameMap.identity())) {
            assertThat(Tensors.floats(read.deltas().get("layer.0.query.weight").dense())[0])
                    .isEqualTo(1);
        }
    }

    @Test
    void otherNamesAreMappedBothWays(@TempDir Path folder) {
        NameMap out =
                new NameMap(List.of(new NameMap.Rule("layer\\.(\\d+)\\.query\\.weight", "encoder.$1.q_proj.weight")));
        NameMap in =
                new NameMap(List.of(new NameMap.Rule("encoder\\.(\\d+)\\.q_proj\\.weight", "layer.$1.query.weight")));
        try (DeltaSet set = DeltaSet.of(Fingerprint.of(BASE), Map.of("layer.0.query.weight", delta(3, 1, 1)))) {
            PeftFolder.write(set, folder.resolve("adapter"), "some/base", out);
        }
        assertThat(SafetensorsFile.open(folder.resolve("adapter").resolve(PeftFolder.TENSORS))
                        .names())
                .contains("base_model.model.encoder.0.q_proj.lora_A.weight");
        try (DeltaSet read = PeftFolder.read(folder.resolve("adapter"), BASE, in)) {
            assertThat(read.deltas()).containsOnlyKeys("layer.0.query.weight");
        }
    }

    @Test
    void whatIsNoPlainLoraIsRefused(@TempDir Path folder) throws Exception {
        peft(folder, "{\"peft_type\": \"IA3\"}", query());
        assertRefused(folder, "must be of a LoRA adapter");
        peft(folder, "{\"peft_type\": \"LORA\", \"lora_alpha\": 1, \"use_dora\": true}", query());
        assertRefused(folder, "use_dora");
        peft(folder, "{\"peft_type\": \"LORA\"}", query());
        assertRefused(folder, "lora_alpha");
        peft(folder, "{\"peft_type\": \"LORA\", \"lora_alpha\": 1, \"alpha_pattern\": {\"(\": 1}}", query());
        assertRefused(folder, "alpha_pattern");
        Map<String, Tensor> more = new LinkedHashMap<>(query());
        more.put("base_model.model.classifier.weight", Tensors.zeros(2));
        peft(folder, "{\"peft_type\": \"LORA\", \"lora_alpha\": 1}", more);
        assertRefused(folder, "base_model.model.classifier.weight");
    }

    @Test
    void whatDoesNotFitTheBaseIsRefused(@TempDir Path folder) throws Exception {
        String config = "{\"peft_type\": \"LORA\", \"lora_alpha\": 1}";
        Map<String, Tensor> wide = new LinkedHashMap<>(query());
        wide.put(QUERY + ".lora_A.weight", Tensors.zeros(2, 5));
        peft(folder, config, wide);
        assertRefused(folder, "must have the shape of layer.0.query.weight");
        Map<String, Tensor> half = new LinkedHashMap<>(query());
        half.remove(QUERY + ".lora_B.weight");
        peft(folder, config, half);
        assertRefused(folder, "lora_B");
        Map<String, Tensor> other = new LinkedHashMap<>();
        query().forEach((name, tensor) -> other.put(name.replace("query", "quary"), tensor));
        peft(folder, config, other);
        assertRefused(folder, "layer.0.query.weight"); // the nearest name
    }

    @Test
    void anAdapterOfAnotherBaseIsRefused(@TempDir Path folder) {
        try (DeltaSet set = DeltaSet.of(Fingerprint.of(BASE), Map.of("layer.0.query.weight", delta(3, 1, 1)))) {
            PeftFolder.write(set, folder.resolve("adapter"), "some/base", NameMap.identity());
        }
        Map<String, Tensor> moved = new LinkedHashMap<>(BASE);
        moved.put("layer.0.query.bias", Tensors.of(new float[] {0, 0, 1}, 3));
        assertThatThrownBy(() -> PeftFolder.read(folder.resolve("adapter"), moved, NameMap.identity()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("with its own base");
    }

    @Test
    void aDenseChangeIsNotWrittenAsAnAdapter(@TempDir Path folder) {
        DeltaSet set = DeltaSet.of(
                Fingerprint.of(BASE),
                Map.of("layer.0.query.bias", DenseDelta.of(Tensors.of(new float[] {1, 2, 3}, 3))));
        assertThatThrownBy(() -> PeftFolder.write(set, folder.resolve("adapter"), "some/base", NameMap.identity()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("low-rank changes");
        assertThat(folder.resolve("adapter")).doesNotExist();
    }

    private static void assertRefused(Path folder, String message) {
        assertThatThrownBy(() -> PeftFolder.read(folder, BASE, NameMap.identity()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message);
    }
}
