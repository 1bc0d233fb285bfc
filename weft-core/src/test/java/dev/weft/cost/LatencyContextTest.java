package dev.weft.cost;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LatencyContextTest {
    @Test
    void whatIsPrintedReadsBack() {
        LatencyContext context = LatencyContext.of(LatencySettings.DEFAULT.withThreads(2), "3fa0b1c2d4e5");
        assertThat(context).hasToString("hardware=3fa0b1c2d4e5 threads=2 batch=1 paired");
        assertThat(LatencyContext.parse(context.toString())).contains(context);
        assertThat(context.text()).isEqualTo("2 threads, 1 example at a time, machine 3fa0b1c2d4e5");
    }

    /** Numbers of an earlier version, or of a table, are shown with their context as it is. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hardware=3f threads=2 batch=1",
                "hardware=3f threads=two batch=1 paired",
                "threads=2 hardware=3f batch=1 paired",
                "table=phone.csv sha256=3f0a"
            })
    void anythingElseIsNoContext(String text) {
        assertThat(LatencyContext.parse(text)).isEmpty();
    }
}
