package dev.weft.natives;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

/**
 * A native library on the class path.
 *
 * @param name of the file to write
 * @param source where it is read
 * @param size in bytes
 * @param checksum CRC-32
 */
public record NativeFile(String name, URL source, long size, long checksum) {
    /**
     * The library at {@code source}. In a jar, its table of contents knows size and checksum; elsewhere the library is read.
     *
     * @throws NativeLibraryException when it cannot be read
     */
    public static NativeFile of(URL source, String name) {
        try {
            if (open(source) instanceof JarURLConnection connection) {
                try (JarFile jar = connection.getJarFile()) {
                    JarEntry entry = connection.getJarEntry();
                    return new NativeFile(name, source, entry.getSize(), entry.getCrc());
                }
            }
            try (CheckedInputStream in = new CheckedInputStream(source.openStream(), new CRC32())) {
                long size = in.transferTo(OutputStream.nullOutputStream());
                return new NativeFile(name, source, size, in.getChecksum().getValue());
            }
        } catch (IOException e) {
            throw new NativeLibraryException(
                    "The native library " + source + " must be readable, but " + NativeLibraryException.reason(e) + ".",
                    e);
        }
    }

    /**
     * All libraries in the folder of a jar in which {@code known} lies, with the libraries that it needs; {@code known} alone where it
     * is in no jar.
     *
     * @throws NativeLibraryException when the jar cannot be read
     */
    public static List<NativeFile> beside(URL known) {
        try {
            if (open(known) instanceof JarURLConnection connection) {
                try (JarFile jar = connection.getJarFile()) {
                    String folder = parent(connection.getEntryName());
                    List<NativeFile> files = new ArrayList<>();
                    for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
                        if (!entry.isDirectory() && parent(entry.getName()).equals(folder)) {
                            String name = entry.getName().substring(folder.length());
                            files.add(new NativeFile(name, new URL(known, name), entry.getSize(), entry.getCrc()));
                        }
                    }
                    return files;
                }
            }
        } catch (IOException e) {
            throw new NativeLibraryException(
                    "The native library " + known + " must be readable, but " + NativeLibraryException.reason(e) + ".",
                    e);
        }
        return List.of(
                of(known, known.getPath().substring(parent(known.getPath()).length())));
    }

    /** The library's bytes; reading to the end checks nothing. */
    InputStream read() throws IOException {
        return open(source).getInputStream();
    }

    /** Opens the URL without the JVM's cache of open jars, so that what is closed here closes nothing of others. */
    private static URLConnection open(URL url) throws IOException {
        URLConnection connection = url.openConnection();
        connection.setUseCaches(false);
        return connection;
    }

    /** The parent folder, with the slash at its end. */
    private static String parent(String path) {
        return path.substring(0, path.lastIndexOf('/') + 1);
    }
}
