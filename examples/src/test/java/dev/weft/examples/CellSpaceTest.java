package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.model.ModelDefinition;
import dev.weft.model.Presets;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;

/** What docs/cell-space.md says of members. */
class CellSpaceTest {
    @Test
    void cellsAreWrittenAsTheBenchmarkWritesThem() {
        // tag::cell[]
        ModelDefinition cells = Presets.named("cell-quick");
        Space space = cells.space();
        Member member = space.parse("|nor_conv_3x3~0|+|none~0|skip_connect~1|+|avg_pool_3x3~0|none~1|nor_conv_1x1~2|");
        assertThat(space.count()).isEqualTo(BigInteger.valueOf(15_284));
        assertThat(member.options().get("edge3-2")).isEqualTo("nor_conv_1x1");
        assertThat(space.print(space.smallest())).isEqualTo("|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|");
        // end::cell[]
    }
}
