package dev.weft.run;

import dev.weft.io.EnvironmentException;
import dev.weft.io.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The table of a run: metrics of training, measured members, events. A SQLite file that any SQLite tool opens.
 *
 * <p>A measured member and an event are on disk when the call returns. Metrics come at training speed, so they are written in
 * batches: every second, with {@link #flush()}, and with everything else that is written; a kill loses those of the last second,
 * which are those after the last checkpoint. Lists are in the order of insertion. Calls may come from any thread.
 */
public final class RunDatabase implements AutoCloseable {
    private static final int FORMAT_VERSION = 1;
    private static final long BATCH_NANOS = 1_000_000_000L;
    private static final List<String> TABLES = List.of(
            "CREATE TABLE metrics(step INTEGER NOT NULL, role TEXT NOT NULL, name TEXT NOT NULL, value REAL, seconds REAL NOT NULL)",
            "CREATE TABLE members(member TEXT NOT NULL, metric TEXT NOT NULL, context TEXT NOT NULL, value REAL,"
                    + " PRIMARY KEY(member, metric, context))",
            "CREATE TABLE events(time INTEGER NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL)");

    private final Path file;
    private final Connection connection;
    private final boolean readOnly;
    private final Map<String, PreparedStatement> statements = new HashMap<>();
    private boolean inBatch;
    private long batchBegan;

    private RunDatabase(Path file, boolean readOnly) {
        this.file = file;
        this.readOnly = readOnly;
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(readOnly);
        config.setBusyTimeout(10_000);
        if (!readOnly) {
            config.setJournalMode(SQLiteConfig.JournalMode.WAL); // a report can read while training writes
            config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        }
        this.connection = sql(() -> config.createConnection("jdbc:sqlite:" + file.toAbsolutePath()));
        boolean ready = false;
        try {
            prepareTables();
            ready = true;
        } finally {
            if (!ready) {
                sql(this::closeConnection);
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
     */
    public static RunDatabase read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new InputException(
                    file + " must be the database of a run, but there is no such file. Give the folder of a run.");
        }
        return new RunDatabase(file, true);
    }

    private void prepareTables() {
        int version = sql(() -> {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("PRAGMA user_version")) {
                return rows.getInt(1);
            }
        });
        if (version == 0 && !readOnly) {
            inTransaction(() -> {
                for (String table : TABLES) {
                    execute(table);
                }
                execute("PRAGMA user_version = " + FORMAT_VERSION);
            });
        } else if (version != FORMAT_VERSION) {
            throw new InputException(file + " must be the database of a run, in format " + FORMAT_VERSION
                    + ", but is in format " + version + ". Use the version of Weft that wrote it.");
        }
    }

    /** Adds a number of training; see the class for when it is on disk. */
    public synchronized void metric(long step, String role, String name, double value, double seconds) {
        long now = System.nanoTime();
        if (inBatch && now - batchBegan > BATCH_NANOS) {
            flush();
        }
        if (!inBatch) {
            execute("BEGIN IMMEDIATE");
            inBatch = true;
            batchBegan = now;
        }
        boolean done = false;
        try {
            update("INSERT INTO metrics VALUES (?, ?, ?, ?, ?)", step, role, name, value, seconds);
            done = true;
        } finally {
            if (!done) {
                rollBack();
            }
        }
    }

    /** Puts all metrics so far on disk. */
    public synchronized void flush() {
        if (inBatch) {
            boolean done = false;
            try {
                execute("COMMIT");
                done = true;
            } finally {
                inBatch = false;
                if (!done) {
                    rollBack();
                }
            }
        }
    }

    /** Deletes metrics of steps after {@code step}: those of a run that goes on from a checkpoint at {@code step}. */
    public synchronized void truncateAfter(long step) {
        flush();
        update("DELETE FROM metrics WHERE step > ?", step);
    }

    /** Keeps a measured number; one of the same member, metric and context is replaced, and keeps its place in the list. */
    public synchronized void record(String member, String metric, String context, double value) {
        record(List.of(new MemberValue(member, metric, context, value)));
    }

    /** Keeps several measured numbers, all or none of them. */
    public synchronized void record(List<MemberValue> values) {
        flush();
        inTransaction(() -> {
            for (MemberValue value : values) {
                update(
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
        List<Double> found = query(
                "SELECT value FROM members WHERE member = ? AND metric = ? AND context = ?",
                rows -> real(rows, 1),
                member,
                metric,
                context);
        return found.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(found.get(0));
    }

    /** Notes that something happened, now. */
    public synchronized void event(String kind, String text) {
        flush();
        update("INSERT INTO events VALUES (?, ?, ?)", Instant.now().toEpochMilli(), kind, text);
    }

    public synchronized List<Metric> metrics() {
        return query(
                "SELECT step, role, name, value, seconds FROM metrics ORDER BY rowid",
                rows -> new Metric(
                        rows.getLong(1), rows.getString(2), rows.getString(3), real(rows, 4), rows.getDouble(5)));
    }

    public synchronized List<MemberValue> members() {
        return query("SELECT member, metric, context, value FROM members ORDER BY rowid", RunDatabase::memberValue);
    }

    /** Everything measured of one member. */
    public synchronized List<MemberValue> members(String member) {
        return query(
                "SELECT member, metric, context, value FROM members WHERE member = ? ORDER BY rowid",
                RunDatabase::memberValue,
                member);
    }

    public synchronized List<Event> events() {
        return query(
                "SELECT time, kind, text FROM events ORDER BY rowid",
                rows -> new Event(Instant.ofEpochMilli(rows.getLong(1)), rows.getString(2), rows.getString(3)));
    }

    /** Writes what is left and closes the file; a second call does nothing. */
    @Override
    public synchronized void close() {
        if (sql(connection::isClosed)) {
            return;
        }
        try {
            flush();
        } finally {
            sql(this::closeConnection);
        }
    }

    private Void closeConnection() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            if (!readOnly) { // a finished run is one plain file, which can be read from a read-only folder
                statement.execute("PRAGMA busy_timeout = 0");
                statement.execute("PRAGMA journal_mode = DELETE");
            }
        } catch (SQLException e) {
            // somebody is reading; then the log stays beside the file, as after a kill
        }
        connection.close();
        return null;
    }

    private static MemberValue memberValue(ResultSet rows) throws SQLException {
        return new MemberValue(rows.getString(1), rows.getString(2), rows.getString(3), real(rows, 4));
    }

    /** SQLite has no NaN and keeps it as NULL. */
    private static double real(ResultSet rows, int column) throws SQLException {
        double value = rows.getDouble(column);
        return rows.wasNull() ? Double.NaN : value;
    }

    private interface Row<T> {
        T read(ResultSet rows) throws SQLException;
    }

    private interface Call<T> {
        T run() throws SQLException;
    }

    private <T> List<T> query(String text, Row<T> row, Object... arguments) {
        return sql(() -> {
            List<T> found = new ArrayList<>();
            try (ResultSet rows = prepared(text, arguments).executeQuery()) {
                while (rows.next()) {
                    found.add(row.read(rows));
                }
            }
            return found;
        });
    }

    private void update(String text, Object... arguments) {
        sql(() -> prepared(text, arguments).executeUpdate());
    }

    private PreparedStatement prepared(String text, Object... arguments) throws SQLException {
        PreparedStatement statement = statements.get(text);
        if (statement == null) {
            statement = connection.prepareStatement(text);
            statements.put(text, statement);
        }
        for (int i = 0; i < arguments.length; i++) {
            statement.setObject(i + 1, arguments[i]);
        }
        return statement;
    }

    private void execute(String text) {
        sql(() -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute(text);
            }
            return null;
        });
    }

    private void inTransaction(Runnable work) {
        execute("BEGIN IMMEDIATE");
        boolean done = false;
        try {
            work.run();
            execute("COMMIT");
            done = true;
        } finally {
            if (!done) {
                rollBack();
            }
        }
    }

    /** After a failure, which is the one to report; a full disk has often made SQLite roll back by itself. */
    private void rollBack() {
        inBatch = false;
        try {
            execute("ROLLBACK");
        } catch (EnvironmentException | InputException e) {
            // nothing was open any more
        }
    }

    private <T> T sql(Call<T> call) {
        try {
            return call.run();
        } catch (SQLException e) {
            SQLiteErrorCode code =
                    e instanceof SQLiteException lite ? lite.getResultCode() : SQLiteErrorCode.UNKNOWN_ERROR;
            if (code == SQLiteErrorCode.SQLITE_NOTADB || code == SQLiteErrorCode.SQLITE_CORRUPT) {
                throw new InputException(file + " is damaged or not the database of a run. Use another copy.", e);
            }
            throw new EnvironmentException("Cannot use the database " + file + ": " + e.getMessage() + ".", e);
        }
    }
}
