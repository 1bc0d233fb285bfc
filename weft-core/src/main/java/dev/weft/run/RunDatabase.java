package dev.weft.run;

import dev.weft.io.EnvironmentException;
import dev.weft.io.InputException;
import dev.weft.metric.Cell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The table of a run: metrics of training, measured members, events. A SQLite file that any SQLite tool opens.
 *
 * <p>A measured member is on disk when the call returns, and so is an event, unless the file cannot be written. Metrics come at
 * training speed, so they are written in batches: every second, with {@link #flush()}, and with everything else that is written; a kill
 * loses those of the last second, which are those after the last checkpoint. Where another program holds the file, or the disk is full,
 * metrics and events wait in memory: training goes on, and {@link #onTrouble} tells. Lists are in the order of insertion. Calls may come
 * from any thread.
 */
public final class RunDatabase implements AutoCloseable {
    private static final int FORMAT_VERSION = 2;

    /** The version of files without the table of notes, which are opened all the same. */
    private static final int WITHOUT_NOTES = 1;

    private static final long BATCH_NANOS = 1_000_000_000L;
    /** While training waits for another program that holds the file, every second. */
    private static final int SHORT_WAIT_MILLIS = 20;

    private static final int LONG_WAIT_MILLIS = 10_000;
    private static final List<String> TABLES = List.of(
            "CREATE TABLE metrics(step INTEGER NOT NULL, role TEXT NOT NULL, name TEXT NOT NULL, value REAL, seconds REAL NOT NULL)",
            "CREATE TABLE members(member TEXT NOT NULL, metric TEXT NOT NULL, context TEXT NOT NULL, value REAL,"
                    + " PRIMARY KEY(member, metric, context))",
            "CREATE TABLE notes(role TEXT NOT NULL, name TEXT NOT NULL, subject TEXT NOT NULL, item TEXT NOT NULL,"
                    + " measure TEXT NOT NULL, unit TEXT NOT NULL, PRIMARY KEY(role, name))",
            "CREATE TABLE events(time INTEGER NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL)");

    private final Path file;
    private final boolean readOnly;
    private final Sqlite sqlite;
    private final DelayedWrites delayed;
    private final Set<String> described = new HashSet<>(); // names of numbers that stand in the table of notes
    private boolean hasNotes = true;
    private long lastAttempt = System.nanoTime();

    private RunDatabase(Path file, boolean readOnly) {
        this.file = file;
        this.readOnly = readOnly;
        this.sqlite = new Sqlite(file, readOnly, LONG_WAIT_MILLIS);
        this.delayed = new DelayedWrites(sqlite);
        boolean ready = false;
        try {
            prepareTables(readOnly);
            ready = true;
        } finally {
            if (!ready) {
                sqlite.close();
            }
        }
    }

    /** Opens the database for writing, and creates it when missing. Only the holder of the run folder's lock does this. */
    static RunDatabase open(Path file) {
        return new RunDatabase(file, false);
    }

    /**
     * Opens the database of a run for reading, also while another process writes it.
     *
     * @throws InputException when the file is missing, damaged or no such database
     * @throws EnvironmentException when it was left open by a killed process, in a folder that cannot be written
     */
    public static RunDatabase read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new InputException(
                    file + " must be the database of a run, but there is no such file. Give the folder of a run.");
        }
        Path log = file.resolveSibling(file.getFileName() + "-wal");
        if (Files.exists(log) && !Files.isWritable(file.toAbsolutePath().getParent())) {
            throw new EnvironmentException(
                    file + " must lie in a folder that can be written, because the process that had it open"
                            + " was killed and left a log to be taken in, but the folder is read-only. Copy the run to where you may"
                            + " write.");
        }
        return new RunDatabase(file, true);
    }

    private void prepareTables(boolean readOnly) {
        int version =
                sqlite.query("PRAGMA user_version", rows -> rows.getInt(1)).get(0);
        if (version == 0 && !readOnly) {
            sqlite.inTransaction(() -> {
                TABLES.forEach(sqlite::execute);
                sqlite.execute("PRAGMA user_version = " + FORMAT_VERSION);
            });
        } else if (version == WITHOUT_NOTES) {
            hasNotes = false;
        } else if (version != FORMAT_VERSION) {
            throw new InputException(file + " must be the database of a run, in format " + FORMAT_VERSION
                    + ", but is in format " + version + ". Use the version of Weft that wrote it.");
        }
    }

    /** Whom to tell, in a line, when the file cannot be written for a while, and what is missing at the end if it never can. */
    public synchronized void onTrouble(Consumer<String> listener) {
        delayed.tell(listener);
    }

    /** Adds a number of training by itself; see the class for when it is on disk. */
    public synchronized void metric(long step, String role, String name, double value, double seconds) {
        metric(new TrainingNumber(step, role, name, value, seconds));
    }

    /** Adds a number of training; where it stands in a table of notes is written once for each role and name. */
    public synchronized void metric(TrainingNumber number) {
        number.cell()
                .filter(cell -> hasNotes && described.add(number.role() + "\n" + number.name()))
                .ifPresent(cell -> delayed.event(
                        "INSERT OR IGNORE INTO notes VALUES (?, ?, ?, ?, ?, ?)",
                        number.role(),
                        number.name(),
                        cell.table(),
                        cell.row(),
                        cell.column(),
                        cell.unit()));
        delayed.metric(
                number.step(),
                "INSERT INTO metrics VALUES (?, ?, ?, ?, ?)",
                number.step(),
                number.role(),
                number.name(),
                number.value(),
                number.seconds());
        if (System.nanoTime() - lastAttempt > BATCH_NANOS) {
            flush();
        }
    }

    /** Puts all metrics and events so far on disk, or leaves them waiting where the file cannot be written now. */
    public synchronized void flush() {
        sqlite.waitAtMost(SHORT_WAIT_MILLIS);
        try {
            delayed.attempt();
        } finally {
            sqlite.waitAtMost(LONG_WAIT_MILLIS);
            lastAttempt = System.nanoTime();
        }
    }

    /** Deletes metrics of steps after {@code step}: those of a run that goes on from a checkpoint at {@code step}. */
    public synchronized void truncateAfter(long step) {
        flush();
        sqlite.update("DELETE FROM metrics WHERE step > ?", step);
    }

    /** Keeps a measured number; one of the same member, metric and context is replaced, and keeps its place in the list. */
    public synchronized void record(String member, String metric, String context, double value) {
        record(List.of(new Measurement(member, metric, context, value)));
    }

    /** Keeps several measured numbers, all or none of them. */
    public synchronized void record(List<Measurement> values) {
        flush();
        sqlite.inTransaction(() -> {
            for (Measurement value : values) {
                sqlite.update(
                        "INSERT INTO members VALUES (?, ?, ?, ?)"
                                + " ON CONFLICT(member, metric, context) DO UPDATE SET value = excluded.value",
                        value.member(),
                        value.metric(),
                        value.context(),
                        value.value());
            }
        });
    }

    /** The number that was measured, if it was: what is there need not be measured again. */
    public synchronized OptionalDouble value(String member, String metric, String context) {
        List<Double> found = sqlite.query(
                "SELECT value FROM members WHERE member = ? AND metric = ? AND context = ?",
                rows -> Sqlite.real(rows, 1),
                member,
                metric,
                context);
        return found.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(found.get(0));
    }

    /** Notes that something happened, now. */
    public synchronized void event(String kind, String text) {
        delayed.event("INSERT INTO events VALUES (?, ?, ?)", Instant.now().toEpochMilli(), kind, text);
        flush();
    }

    public synchronized List<TrainingNumber> metrics() {
        flushForReading();
        return sqlite.query(
                hasNotes
                        ? "SELECT step, role, name, value, seconds, subject, item, measure, unit"
                                + " FROM metrics LEFT JOIN notes USING (role, name) ORDER BY metrics.rowid"
                        : "SELECT step, role, name, value, seconds, NULL, NULL, NULL, NULL FROM metrics ORDER BY rowid",
                rows -> new TrainingNumber(
                        rows.getLong(1),
                        rows.getString(2),
                        rows.getString(3),
                        Sqlite.real(rows, 4),
                        rows.getDouble(5),
                        rows.getString(6) == null
                                ? Optional.empty()
                                : Optional.of(new Cell(
                                        rows.getString(6), rows.getString(7), rows.getString(8), rows.getString(9)))));
    }

    /** Whether it says in which tables its numbers stand; that of a run that an earlier version of Weft began does not. */
    public boolean hasNotes() {
        return hasNotes;
    }

    public synchronized List<Measurement> members() {
        return sqlite.query(
                "SELECT member, metric, context, value FROM members ORDER BY rowid", RunDatabase::memberValue);
    }

    /** Everything measured of one member. */
    public synchronized List<Measurement> members(String member) {
        return sqlite.query(
                "SELECT member, metric, context, value FROM members WHERE member = ? ORDER BY rowid",
                RunDatabase::memberValue,
                member);
    }

    public synchronized List<Event> events() {
        flushForReading();
        return sqlite.query(
                "SELECT time, kind, text FROM events ORDER BY rowid",
                rows -> new Event(Instant.ofEpochMilli(rows.getLong(1)), rows.getString(2), rows.getString(3)));
    }

    /** Writes what is left and closes the file; a second call does nothing. */
    @Override
    public synchronized void close() {
        if (sqlite.isClosed()) {
            return;
        }
        try {
            delayed.finish(LONG_WAIT_MILLIS);
        } finally {
            sqlite.close();
        }
    }

    private void flushForReading() {
        if (!readOnly) {
            flush();
        }
    }

    private static Measurement memberValue(ResultSet rows) throws SQLException {
        return new Measurement(rows.getString(1), rows.getString(2), rows.getString(3), Sqlite.real(rows, 4));
    }
}
