package dev.weft.run;

import dev.weft.natives.NativeFile;
import dev.weft.natives.NativeLibraries;
import dev.weft.natives.NativeLibraryException;
import java.net.URL;
import java.sql.Connection;
import java.sql.SQLException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;

/** SQLite's native library from {@link NativeLibraries}; left to itself the driver would unpack it at every start. */
public final class SqliteLibrary {
    /** The property that says where the driver looks before it unpacks. Who has set it keeps it. */
    private static final String PATH = "org.sqlite.lib.path";

    private SqliteLibrary() {}

    /**
     * Tries SQLite in memory.
     *
     * @return its version
     * @throws NativeLibraryException when its native library cannot be unpacked or loaded
     */
    public static String version() {
        unpack();
        try (Connection connection = new SQLiteConfig().createConnection("jdbc:sqlite::memory:")) {
            return connection.getMetaData().getDatabaseProductVersion();
        } catch (SQLException | LinkageError e) {
            throw new NativeLibraryException("SQLite must load, but " + e.getMessage() + ".", e);
        }
    }

    /** Unpacks the library before the first connection; does nothing where the driver has none for this machine. */
    static synchronized void unpack() {
        if (System.getProperty(PATH) != null) {
            return;
        }
        URL library = SQLiteJDBCLoader.class.getResource(
                LibraryLoaderUtil.getNativeLibResourcePath() + "/" + LibraryLoaderUtil.getNativeLibName());
        if (library != null) {
            System.setProperty(
                    PATH,
                    NativeLibraries.unpack("sqlite", NativeFile.beside(library)).toString());
        }
    }
}
