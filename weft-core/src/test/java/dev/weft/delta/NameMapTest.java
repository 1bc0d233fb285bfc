package dev.weft.delta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import java.util.List;
import org.junit.jupiter.api.Test;

class NameMapTest {
    private static NameMap of(String pattern, String name) {
        return new NameMap(List.of(new NameMap.Rule(pattern, name)));
    }

    @Test
    void aRuleRewritesTheWholeNameThatItsPatternMatches() {
        assertThat(of("model\\.(.*)", "$1").of("model.head.weight")).contains("head.weight");
        assertThat(of("(.*?)", "new.$1").of("a.b")).contains("new.a.b");
        assertThat(of("x|xy", "z").of("xy")).contains("z");
        assertThat(of("model\\.(.*)", "$1").of("my.model.head")).isEmpty();
        assertThat(of("old\\..*", null).of("old.weight")).isEmpty();
    }

    @Test
    void aGroupThatThePatternLacksIsRefused() {
        for (String name : List.of("$2", "$x", "${group}")) {
            assertThatThrownBy(() -> of("model\\.(.*)", name).of("model.head"))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("must name groups of its pattern")
                    .hasMessageContaining(name);
        }
    }
}
