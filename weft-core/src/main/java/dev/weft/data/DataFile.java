package dev.weft.data;

import dev.weft.io.InputException;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * A binary file, plain or gzip (by its name), read to the end with a bound: what it decodes to never takes more memory than the
 * caller allows, whatever its header says.
 *
 * @param shown the name in messages
 * @param bytes the length as stored
 */
record DataFile(String shown, long bytes, boolean gzip, Opener opener) {
    /** Deflate cannot make one byte into more than this many. */
    static final long MOST_EXPANSION = 1032;

    interface Opener {
        InputStream open() throws IOException;
    }

    static DataFile of(Path file) {
        try {
            return new DataFile(
                    file.toString(),
                    Files.size(file),
                    file.toString().endsWith(".gz"),
                    () -> Files.newInputStream(file));
        } catch (IOException e) {
            throw new InputException(file + " cannot be read: " + reason(e), e);
        }
    }

    /** A resource of this package. */
    static DataFile ofResource(String name) {
        try (InputStream in = DataFile.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + name + " is missing from the jar");
            }
            byte[] content = in.readAllBytes();
            return new DataFile(name, content.length, name.endsWith(".gz"), () -> new ByteArrayInputStream(content));
        } catch (IOException e) {
            throw new IllegalStateException("the resource " + name + " cannot be read", e);
        }
    }

    /** The most bytes that the file can decode to. */
    long mostContent() {
        return gzip ? Math.multiplyExact(bytes, MOST_EXPANSION) : bytes;
    }

    interface Reader<T> {
        T read(InputStream in) throws IOException;
    }

    /** Runs a reader on the decoded content; every way in which the file is damaged becomes one clear line. */
    <T> T read(Reader<T> reader) {
        try (InputStream raw = opener.open();
                InputStream in = gzip ? new GZIPInputStream(raw, 1 << 16) : new BufferedInputStream(raw, 1 << 16)) {
            return reader.read(in);
        } catch (EOFException e) {
            throw new InputException(shown + " is cut short: it ends before its content does. Fetch it again", e);
        } catch (ZipException e) {
            throw new InputException(shown + " is not a sound gzip file (" + e.getMessage() + "). Fetch it again", e);
        } catch (IOException e) {
            throw new InputException(shown + " cannot be read: " + reason(e), e);
        }
    }

    /** Everything, at most as much as fits in an array and in the memory Java has. */
    byte[] readAll() {
        long limit = MemoryLimit.bytes();
        return read(in -> {
            byte[] content = in.readNBytes((int) Math.min(limit, MemoryLimit.ARRAY));
            if (in.read() >= 0) {
                throw MemoryLimit.exceeded(shown, content.length + 1L);
            }
            return content;
        });
    }

    static String reason(IOException e) {
        return e.getClass().getSimpleName() + (e.getMessage() == null ? "" : " " + e.getMessage());
    }
}
