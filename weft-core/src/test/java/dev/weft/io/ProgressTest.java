package dev.weft.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressTest {
    private final StringWriter text = new StringWriter();
    private long nanos;

    private Progress start(boolean terminal, long done) {
        return Progress.of(new PrintWriter(text), terminal ? 80 : 0, "train", done, () -> nanos);
    }

    private void passMillis(long millis) {
        nanos += millis * 1_000_000;
    }

    @Test
    void withoutATerminalALineEveryFiveSeconds() {
        Progress progress = start(false, 0);
        for (int step = 1; step <= 110; step++) {
            passMillis(100);
            progress.update(step, 400, "steps", "loss 0.5");
        }
        assertThat(text.toString().lines())
                .containsExactly(
                        "train 50/400 steps, 10.0 steps/s, loss 0.5, 35 s left",
                        "train 100/400 steps, 10.0 steps/s, loss 0.5, 30 s left");
    }

    @Test
    void onATerminalOneLineIsRewritten() {
        Progress progress = start(true, 0);
        passMillis(100);
        progress.update(1, 10, "steps", "");
        passMillis(100);
        progress.update(2, 10, "steps", "");
        progress.done("10 steps");
        assertThat(text.toString())
                .isEqualTo("\r\u001b[Ktrain 1/10 steps, 10.0 steps/s, 1 s left"
                        + "\r\u001b[Ktrain 2/10 steps, 10.0 steps/s, 1 s left"
                        + "\r\u001b[Ktrain 10 steps" + System.lineSeparator());
    }

    @Test
    void resumedWorkShowsItsOwnSpeed() {
        Progress progress = start(false, 100);
        passMillis(10_000);
        progress.update(120, 140, "steps", "");
        assertThat(text.toString()).contains("120/140 steps, 2.0 steps/s, 10 s left");
    }

    @Test
    void durationsReadAsAPersonWouldSayThem() {
        assertThat(Progress.duration(12.4)).isEqualTo("12 s");
        assertThat(Progress.duration(59.6)).isEqualTo("1 min 00 s");
        assertThat(Progress.duration(185)).isEqualTo("3 min 05 s");
        assertThat(Progress.duration(2 * 3600 + 7 * 60)).isEqualTo("2 h 07 min");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "200 | train 500/4000 steps, 10.0 steps/s, loss largest 1.234, smallest 2.345, 5 min 50 s left",
                "80 | train 500/4000 steps, 10.0 steps/s, 5 min 50 s left",
                "40 | train 500/4000 steps, 5 min 50 s left",
                "38 | train 500/4000 steps, 5 min 50 s left",
                "37 | train 500/4000 steps",
                "10 | train 50…",
                "2 | …"
            })
    void aLineNeverReachesTheLastColumn(int columns, String shown) {
        Progress progress = Progress.of(new PrintWriter(text), columns, "train", 0, () -> nanos);
        passMillis(50_000);
        progress.update(500, 4000, "steps", "loss largest 1.234, smallest 2.345");
        assertThat(text.toString()).isEqualTo("\r\u001b[K" + shown);
    }

    @Test
    void wideLettersTakeTwoColumns() {
        Progress progress = Progress.of(new PrintWriter(text), 12, "訓練データ", 0, () -> nanos);
        passMillis(1000);
        progress.update(1, 2, "steps", "");
        assertThat(text.toString()).isEqualTo("\r\u001b[K訓練データ…"); // ten columns, and one
        assertThat(DisplayWidth.of("e\u0301")).isEqualTo(1);
        assertThat(DisplayWidth.cut("abc", 3)).isEqualTo("abc");
    }
}
