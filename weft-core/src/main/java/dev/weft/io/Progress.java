package dev.weft.io;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Says how far long work is: on a terminal one line that is rewritten and never wraps, otherwise a plain line every few seconds.
 * Call {@link #update} as often as convenient; it prints only when it is time to. One per phase, one thread.
 */
public final class Progress {
    private static final long TERMINAL_MILLIS = 100;
    private static final long PLAIN_MILLIS = 5_000;
    private static final int NO_TERMINAL = 0;

    private final PrintWriter err;
    private final int columns;
    private final String phase;
    private final LongSupplier nanoTime;
    private final long startNanos;
    private final long startDone;
    private long printedNanos;
    private boolean lineOpen;

    private Progress(PrintWriter err, int columns, String phase, long startDone, LongSupplier nanoTime) {
        this.err = err;
        this.columns = columns;
        this.phase = phase;
        this.startDone = startDone;
        this.nanoTime = nanoTime;
        this.startNanos = nanoTime.getAsLong();
        this.printedNanos = startNanos;
    }

    /**
     * Starts the clock.
     *
     * @param err the terminal, if the launcher says that standard error is one
     * @param phase what is being done, such as {@code train}
     * @param done what was finished before, so that resumed work shows its own speed
     */
    public static Progress start(PrintWriter err, String phase, long done) {
        return of(err, columns(), phase, done, System::nanoTime);
    }

    /** @param columns of the terminal; 0 where there is none */
    static Progress of(PrintWriter err, int columns, String phase, long done, LongSupplier nanoTime) {
        return new Progress(err, columns, phase, done, nanoTime);
    }

    /**
     * The launcher looks (a JVM from 22 on claims a console for every process) and says so in {@code weft.terminal} and
     * {@code weft.columns}.
     */
    private static int columns() {
        if (!Boolean.getBoolean("weft.terminal") || "dumb".equals(System.getenv("TERM"))) {
            return NO_TERMINAL;
        }
        int told = Integer.getInteger("weft.columns", 80);
        return told < 1 ? 80 : told; // a terminal that does not know its size says 0
    }

    /**
     * Reports the state.
     *
     * @param done units finished
     * @param total units in all
     * @param unit the plural of what is counted, such as {@code steps}
     * @param detail what else to show, such as {@code loss 0.412}; may be empty. The first to go where the line is too long
     */
    public void update(long done, long total, String unit, String detail) {
        long now = nanoTime.getAsLong();
        long every = TimeUnit.MILLISECONDS.toNanos(columns > 0 ? TERMINAL_MILLIS : PLAIN_MILLIS);
        if (now - printedNanos < every) {
            return;
        }
        printedNanos = now;
        double perSecond = (done - startDone) / ((now - startNanos) / 1e9);
        String count = phase + " " + done + "/" + total + " " + unit;
        String rate = String.format(Locale.ROOT, ", %.1f %s/s", perSecond, unit);
        String more = detail.isEmpty() ? "" : ", " + detail;
        String left = perSecond > 0 ? ", " + duration(Math.max(0, total - done) / perSecond) + " left" : "";
        if (columns == NO_TERMINAL) {
            err.println(count + rate + more + left);
        } else {
            // The last column stays empty: some terminals wrap as soon as it is filled.
            err.print("\r\u001b[K"
                    + fitting(List.of(count + rate + more + left, count + rate + left, count + left, count)));
            lineOpen = true;
        }
        err.flush();
    }

    private String fitting(List<String> versions) {
        return versions.stream()
                .filter(version -> DisplayWidth.of(version) < columns)
                .findFirst()
                .orElseGet(() -> DisplayWidth.cut(versions.get(versions.size() - 1), columns - 1));
    }

    /** Ends the phase with a line that stays. */
    public void done(String line) {
        say(phase + " " + line);
    }

    /** Prints a line that stays, above the one that is rewritten. */
    public void say(String line) {
        clear();
        err.println(line);
        err.flush();
    }

    /** Takes a rewritten line away, so that another message can be printed. */
    public void clear() {
        if (lineOpen) {
            err.print("\r\u001b[K");
            err.flush();
            lineOpen = false;
        }
    }

    /** {@code 12 s}, {@code 3 min 05 s} or {@code 2 h 07 min}. */
    public static String duration(double seconds) {
        long whole = Math.round(seconds);
        if (whole < 60) {
            return whole + " s";
        }
        return whole < 3600
                ? String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60)
                : String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole / 60 % 60);
    }
}
