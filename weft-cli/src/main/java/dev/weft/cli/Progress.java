package dev.weft.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Says on standard error how far long work is: on a terminal one line that is rewritten, otherwise a plain line every few
 * seconds. Call {@link #update} as often as convenient; it prints only when it is time to. One per phase, one thread.
 */
final class Progress {
    private static final long TERMINAL_MILLIS = 100;
    private static final long PLAIN_MILLIS = 5_000;

    private final PrintWriter err;
    private final boolean terminal;
    private final String phase;
    private final LongSupplier nanoTime;
    private final long startNanos;
    private final long startDone;
    private long printedNanos;
    private boolean lineOpen;

    private Progress(PrintWriter err, boolean terminal, String phase, long startDone, LongSupplier nanoTime) {
        this.err = err;
        this.terminal = terminal;
        this.phase = phase;
        this.startDone = startDone;
        this.nanoTime = nanoTime;
        this.startNanos = nanoTime.getAsLong();
        this.printedNanos = startNanos;
    }

    /**
     * Starts the clock.
     *
     * @param phase what is being done, such as {@code train}
     * @param done what was finished before, so that resumed work shows its own speed
     */
    static Progress start(PrintWriter err, String phase, long done) {
        return of(err, onTerminal(), phase, done, System::nanoTime);
    }

    static Progress of(PrintWriter err, boolean terminal, String phase, long done, LongSupplier nanoTime) {
        return new Progress(err, terminal, phase, done, nanoTime);
    }

    /** The launcher looks (a JVM from 22 on claims a console for every process) and says so in {@code weft.terminal}. */
    private static boolean onTerminal() {
        return Boolean.getBoolean("weft.terminal") && !"dumb".equals(System.getenv("TERM"));
    }

    /**
     * Reports the state.
     *
     * @param done units finished
     * @param total units in all
     * @param unit the plural of what is counted, such as {@code steps}
     * @param detail what else to show, such as {@code loss 0.412}; may be empty
     */
    void update(long done, long total, String unit, String detail) {
        long now = nanoTime.getAsLong();
        long every = TimeUnit.MILLISECONDS.toNanos(terminal ? TERMINAL_MILLIS : PLAIN_MILLIS);
        if (now - printedNanos < every) {
            return;
        }
        printedNanos = now;
        double seconds = (now - startNanos) / 1e9;
        double perSecond = (done - startDone) / seconds;
        String line = String.format(Locale.ROOT, "%s %d/%d %s, %.1f %s/s", phase, done, total, unit, perSecond, unit);
        if (!detail.isEmpty()) {
            line += ", " + detail;
        }
        if (perSecond > 0) {
            line += ", " + duration((total - done) / perSecond) + " left";
        }
        print(line);
    }

    /** Ends the phase with a line that stays. */
    void done(String line) {
        clear();
        err.println(phase + " " + line);
        err.flush();
    }

    /** Takes a rewritten line away, so that another message can be printed. */
    void clear() {
        if (lineOpen) {
            err.print("\r\u001b[K");
            err.flush();
            lineOpen = false;
        }
    }

    private void print(String line) {
        if (terminal) {
            err.print("\r\u001b[K" + line);
            lineOpen = true;
        } else {
            err.println(line);
        }
        err.flush();
    }

    /** {@code 12 s}, {@code 3 min 05 s} or {@code 2 h 07 min}. */
    static String duration(double seconds) {
        long whole = Math.round(seconds);
        if (whole < 60) {
            return whole + " s";
        }
        return whole < 3600
                ? String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60)
                : String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole / 60 % 60);
    }
}
