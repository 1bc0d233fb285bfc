package dev.weft.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The same step of two sides, in turns, and the ratio of their times by round. With one thread the ratio that counts is of the time
 * that the threads spent computing, which other work on the machine hardly changes; with more it is of the clock.
 */
final class Turns {
    private final String name;
    private final List<Double> seconds = new ArrayList<>();
    private final List<Double> clock = new ArrayList<>();
    private final List<Double> processor = new ArrayList<>();

    /** @param name of this side */
    Turns(String name) {
        this.name = name;
    }

    /** A round of this side, and of the one it is compared with: {@code null} for none. */
    void add(StepWorker.Steps own, StepWorker.Steps other) {
        seconds.addAll(own.seconds());
        if (other != null) {
            clock.add(Spread.median(own.seconds()) / Spread.median(other.seconds()));
            processor.add(Spread.median(own.processor()) / Spread.median(other.processor()));
        }
    }

    /** Adds the times and ratios to a result. */
    void measured(Result.Builder result, String what, String other) {
        result.measured(
                what + ": " + name,
                "ms",
                Spread.of(seconds.stream().map(s -> s * 1e3).toList()));
        if (!clock.isEmpty()) {
            result.measured(what + ": " + name + " / " + other + ", by round", "", Spread.of(clock))
                    .measured(
                            what + ": " + name + " / " + other + ", by round, processor time of the thread",
                            "",
                            Spread.of(processor));
        }
    }

    /** The ratio that counts. */
    Spread ratio(Options options) {
        return Spread.of(options.threads() == 1 ? processor : clock);
    }

    static String text(Spread ratio) {
        return String.format(Locale.ROOT, "%.3f (%.3f to %.3f)", ratio.median(), ratio.min(), ratio.max());
    }
}
