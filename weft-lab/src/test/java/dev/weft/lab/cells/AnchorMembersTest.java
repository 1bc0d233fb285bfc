package dev.weft.lab.cells;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.model.Presets;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AnchorMembersTest {
    private final Space space = Presets.named("cell-quick").space();
    private final List<Member> drawn = AnchorMembers.draw(space);

    @Test
    void anchorsAreStratifiedAndRandomMembersAreOthers() {
        assertThat(drawn).hasSize(182).doesNotHaveDuplicates().allMatch(space::contains);
        List<Integer> convolutions = drawn.subList(0, AnchorMembers.ANCHORS).stream()
                .map(AnchorMembers::convolutions)
                .toList();
        assertThat(convolutions).isSorted();
        for (int i = 0; i < 7; i++) {
            int wanted = i;
            assertThat(convolutions.stream().filter(n -> n == wanted)).hasSize(AnchorMembers.QUOTA.get(i));
        }
    }

    /** The standard deviation of a mean of 150 is 0.1. */
    @Test
    void randomMembersHaveAsManyConvolutionsAsTheSpace() {
        double inSpace = mean(space.enumerate(20_000));
        double found = mean(drawn.subList(AnchorMembers.ANCHORS, drawn.size()));
        assertThat(found).isBetween(inSpace - 0.4, inSpace + 0.4);
    }

    private static double mean(List<Member> members) {
        return members.stream().mapToInt(AnchorMembers::convolutions).average().orElseThrow();
    }

    @Test
    void drawIsAlwaysTheSame() {
        assertThat(AnchorMembers.draw(space)).isEqualTo(drawn);
        assertThat(IntStream.of(0, 31, 32, 181).mapToObj(drawn::get).map(space::print))
                .containsExactly(
                        "|skip_connect~0|+|skip_connect~0|skip_connect~1|+|avg_pool_3x3~0|skip_connect~1|none~2|",
                        "|nor_conv_1x1~0|+|nor_conv_1x1~0|nor_conv_3x3~1|+|nor_conv_1x1~0|nor_conv_1x1~1|nor_conv_3x3~2|",
                        "|nor_conv_3x3~0|+|nor_conv_1x1~0|none~1|+|none~0|nor_conv_1x1~1|none~2|",
                        "|none~0|+|nor_conv_1x1~0|nor_conv_3x3~1|+|nor_conv_1x1~0|avg_pool_3x3~1|nor_conv_3x3~2|");
    }
}
