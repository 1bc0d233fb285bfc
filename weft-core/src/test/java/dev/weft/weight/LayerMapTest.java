package dev.weft.weight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.weight.LayerMap.Rule;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The published maps: of learngene's descendants, and of TinyCLIP's shallower students. */
class LayerMapTest {
    private static List<Integer> layers(Rule rule, int depth, int from) {
        return LayerMap.of("blocks", rule, depth, from).layers();
    }

    @Test
    void evenIsThePublishedMapOfADescendant() {
        assertThat(layers(Rule.EVEN, 12, 5)).containsExactly(0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 4);
        for (int depth = 5; depth <= 20; depth++) {
            List<Integer> map = layers(Rule.EVEN, depth, 5);
            assertThat(map).hasSize(depth).isSorted();
            long[] counts = IntStream.range(0, 5)
                    .mapToLong(stage -> map.stream().filter(s -> s == stage).count())
                    .toArray();
            assertThat(counts).doesNotContain(0);
            assertThat(counts[0] - counts[4]).isBetween(0L, 1L);
        }
        assertThat(layers(Rule.EVEN, 3, 5)).containsExactly(0, 1, 3);
    }

    @Test
    void skipIsThePublishedDepthRule() {
        assertThat(layers(Rule.SKIP, 6, 12)).containsExactly(0, 2, 4, 6, 8, 10);
        assertThat(layers(Rule.SKIP, 9, 12)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(layers(Rule.SKIP, 3, 12)).containsExactly(0, 4, 8);
        assertThat(layers(Rule.SKIP, 6, 9)).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void namesOfOtherWeightsStay() {
        LayerMap map = LayerMap.of("blocks", List.of(0, 0, 2));
        assertThat(map.source("blocks.1.attn.qkv.weight")).isEqualTo("blocks.0.attn.qkv.weight");
        assertThat(map.source("blocks.2.norm1.bias")).isEqualTo("blocks.2.norm1.bias");
        assertThat(map.source("blocks.norm.weight")).isEqualTo("blocks.norm.weight");
        assertThat(map.source("head.weight")).isEqualTo("head.weight");
        assertThatThrownBy(() -> map.source("blocks.3.norm1.bias"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("the model has layer 3");
    }

    @Test
    void mapThatContradictsItsRuleIsRefused() {
        assertThatThrownBy(() -> new LayerMap("blocks", Rule.SKIP, 2, 4, List.of(0, 1)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("[0, 2]");
        assertThatThrownBy(() -> LayerMap.of("blocks", Rule.SKIP, 5, 4)).hasMessageContaining("rule: even");
        assertThatThrownBy(() -> new LayerMap("blocks", null, null, null, null))
                .hasMessageContaining("must have layers");
    }
}
