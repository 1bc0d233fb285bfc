package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextTest {
    @Test
    void aCountAgreesWithItsNoun() {
        assertThat(Text.count(0, "member")).isEqualTo("0 members");
        assertThat(Text.count(1, "member")).isEqualTo("1 member");
        assertThat(Text.count(12_345, "member")).isEqualTo("12,345 members");
    }
}
