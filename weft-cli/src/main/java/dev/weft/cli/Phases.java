package dev.weft.cli;

import dev.weft.io.Progress;
import java.io.PrintWriter;

/** A progress line for each phase of long work. */
final class Phases {
    private final PrintWriter err;
    private String phase = "";
    private Progress progress;

    Phases(PrintWriter err) {
        this.err = err;
    }

    /** See {@link Progress#update}; a phase of another name begins a line of its own. */
    void update(String now, long done, long total, String unit, String detail) {
        if (!now.equals(phase)) {
            clear();
            phase = now;
            progress = Progress.start(err, now, done);
        }
        progress.update(done, total, unit, detail);
    }

    /** Takes a rewritten line away, so that another message can be printed. */
    void clear() {
        if (progress != null) {
            progress.clear();
        }
    }
}
