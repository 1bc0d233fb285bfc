package dev.weft.run;

import dev.weft.io.EnvironmentException;
import dev.weft.io.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/**
 * Rows that wait in memory until they can be written, all in one transaction: a training must not end because another program holds
 * its table, the disk is full for a while, or the file is damaged. That they wait is said once; what was never written is said at the end.
 */
final class DelayedWrites {
    /** One row; {@code step} where it is a number of training. */
    private record Row(OptionalLong step, String statement, Object[] values) {}

    private final Sqlite sqlite;
    private final List<Row> rows = new ArrayList<>();
    private Consumer<String> listener = line -> {};
    private String trouble = "";

    DelayedWrites(Sqlite sqlite) {
        this.sqlite = sqlite;
    }

    void tell(Consumer<String> whom) {
        listener = whom;
        if (!trouble.isEmpty()) {
            tellOfDelay();
        }
    }

    void metric(long step, String statement, Object... values) {
        rows.add(new Row(OptionalLong.of(step), statement, values));
    }

    void event(String statement, Object... values) {
        rows.add(new Row(OptionalLong.empty(), statement, values));
    }

    /** Writes what waits, if it can be written now. */
    void attempt() {
        boolean said = !trouble.isEmpty();
        if (!written() && !said) {
            tellOfDelay();
        }
    }

    private void tellOfDelay() {
        listener.accept(sqlite.file() + " cannot be written now; what belongs there waits in memory until it can. ("
                + trouble + ")");
    }

    /**
     * Writes what waits, or says what is lost.
     *
     * @param millis how long to wait for another program
     */
    void finish(int millis) {
        if (rows.isEmpty()) {
            return;
        }
        sqlite.waitAtMost(millis);
        if (!written()) {
            long numbers = rows.stream().filter(row -> row.step().isPresent()).count();
            long first = steps().min().orElse(0);
            long last = steps().max().orElse(0);
            listener.accept(String.format(
                    Locale.ROOT,
                    "%s could not be written to the end: %s%d events are missing in it, and nothing else of the run. (%s)",
                    sqlite.file(),
                    numbers == 0 ? "" : numbers + " numbers of training, of steps " + first + " to " + last + ", and ",
                    rows.size() - numbers,
                    trouble));
        }
    }

    private LongStream steps() {
        return rows.stream().flatMapToLong(row -> row.step().stream());
    }

    private boolean written() {
        if (rows.isEmpty()) {
            return true;
        }
        try {
            sqlite.inTransaction(() -> rows.forEach(row -> sqlite.update(row.statement(), row.values())));
            rows.clear();
            trouble = "";
            return true;
        } catch (EnvironmentException | InputException e) { // the latter of a file that was damaged meanwhile
            trouble = e.getMessage();
            return false;
        }
    }
}
