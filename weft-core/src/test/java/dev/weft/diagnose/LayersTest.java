package dev.weft.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LayersTest {
    private static final List<String> TENSORS = List.of(
            "stem.weight",
            "blocks.0.attn.qkv.weight",
            "blocks.0.attn.qkv.bias",
            "blocks.0.attn.proj.weight",
            "blocks.1.attn.qkv.weight",
            "scale");

    @Test
    void layerIsTheNameWithoutItsLastPart() {
        assertThat(Layers.of(TENSORS, 10).values())
                .containsExactly(
                        "stem",
                        "blocks.0.attn.qkv",
                        "blocks.0.attn.qkv",
                        "blocks.0.attn.proj",
                        "blocks.1.attn.qkv",
                        "scale");
    }

    @Test
    void deepNamesAreCutUntilThereAreFewEnough() {
        assertThat(Layers.of(TENSORS, 4).values())
                .containsExactly("stem", "blocks.0.attn", "blocks.0.attn", "blocks.0.attn", "blocks.1.attn", "scale");
        assertThat(Layers.of(TENSORS, 3).values())
                .containsExactly("stem", "blocks", "blocks", "blocks", "blocks", "scale");
        assertThat(Layers.of(TENSORS, 1).values()).as("no fewer than there are").contains("stem", "blocks", "scale");
    }
}
