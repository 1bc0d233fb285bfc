package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final StringWriter text = new StringWriter();
    private long nanos;

    private Progress start(boolean terminal, long done) {
        return Progress.of(new PrintWriter(text), terminal, "train", done, () -> nanos);
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
}
