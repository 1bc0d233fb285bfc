package dev.weft.run;

import dev.weft.io.EnvironmentException;
import dev.weft.io.InputException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** One connection to a SQLite file: statements prepared once, and errors in Weft's words. Not for several threads at a time. */
final class Sqlite implements AutoCloseable {
    private final Path file;
    private final boolean readOnly;
    private final Connection connection;
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    Sqlite(Path file, boolean readOnly, int waitMillis) {
        SqliteLibrary.unpack();
        this.file = file;
        this.readOnly = readOnly;
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(readOnly);
        config.setBusyTimeout(waitMillis);
        if (!readOnly) {
            config.setJournalMode(SQLiteConfig.JournalMode.WAL); // a report can read while training writes
            config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        }
        this.connection = sql(() -> config.createConnection("jdbc:sqlite:" + file.toAbsolutePath()));
    }

    interface Row<T> {
        T read(ResultSet rows) throws SQLException;
    }

    private interface Call<T> {
        T run() throws SQLException;
    }

    <T> List<T> query(String text, Row<T> row, Object... arguments) {
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

    void update(String text, Object... arguments) {
        sql(() -> prepared(text, arguments).executeUpdate());
    }

    Path file() {
        return file;
    }

    /** How long to wait for another program that holds the file. */
    void waitAtMost(int millis) {
        execute("PRAGMA busy_timeout = " + millis);
    }

    boolean isClosed() {
        return sql(connection::isClosed);
    }

    void execute(String text) {
        sql(() -> {
            try (Statement statement = connection.createStatement()) {
                return statement.execute(text);
            }
        });
    }

    void inTransaction(Runnable work) {
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

    /** Called after a failure, which is the one to report; a full disk has often made SQLite roll back by itself. */
    void rollBack() {
        try {
            execute("ROLLBACK");
        } catch (EnvironmentException | InputException e) {
            // nothing was open any more
        }
    }

    /** SQLite has no NaN and keeps it as NULL. */
    static double real(ResultSet rows, int column) throws SQLException {
        double value = rows.getDouble(column);
        return rows.wasNull() ? Double.NaN : value;
    }

    /** A second call does nothing. */
    @Override
    public void close() {
        if (isClosed()) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            if (!readOnly) { // a finished run is one plain file, which can be read from a read-only folder
                statement.execute("PRAGMA busy_timeout = 0");
                statement.execute("PRAGMA journal_mode = DELETE");
            }
        } catch (SQLException e) {
            // somebody is reading; then the log stays beside the file, as after a kill
        }
        sql(() -> {
            connection.close();
            return null;
        });
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

    private <T> T sql(Call<T> call) {
        try {
            return call.run();
        } catch (SQLException e) {
            SQLiteErrorCode code =
                    e instanceof SQLiteException lite ? lite.getResultCode() : SQLiteErrorCode.UNKNOWN_ERROR;
            if (code == SQLiteErrorCode.SQLITE_NOTADB || code == SQLiteErrorCode.SQLITE_CORRUPT) {
                throw new InputException(file + " is damaged or not the database of a run. Use another copy.", e);
            }
            if (code.name().startsWith("SQLITE_BUSY") || code.name().startsWith("SQLITE_LOCKED")) {
                throw new EnvironmentException(
                        "The database " + file
                                + " must be free, but another program holds it. Close that, and try again.",
                        e);
            }
            throw new EnvironmentException("Cannot use the database " + file + ": " + e.getMessage() + ".", e);
        }
    }
}
