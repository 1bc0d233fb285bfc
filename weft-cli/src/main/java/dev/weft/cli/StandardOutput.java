package dev.weft.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * The process's standard output, which remembers that it failed: Java's own, and every {@link PrintWriter}, go on without a word when
 * the disk under it is full or its reader is gone.
 */
final class StandardOutput extends OutputStream {
    /** Ends a command whose output nobody gets; {@link #exitCode} says the rest. */
    static final class Lost extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private final OutputStream target = new FileOutputStream(FileDescriptor.out);
    private IOException failure;

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            target.write(bytes, offset, length);
        } catch (IOException e) {
            failure = failure == null ? e : failure;
            throw e;
        }
    }

    /**
     * What the process ends with. A reader that has what it wanted, as {@code head} has, is no error to talk about; any other loss is one
     * line.
     *
     * @param ended what the command ended with; what it says of a failure of its own stays
     */
    int exitCode(int ended, PrintWriter err) {
        if (failure == null) {
            return ended;
        }
        boolean readerGone =
                String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT).contains("pipe");
        if (!readerGone) {
            err.println("weft: Standard output must take the whole result, but it is incomplete: "
                    + failure.getMessage() + ". Make room, or send it elsewhere.");
            err.flush();
        }
        return ended != ExitCode.DONE ? ended : readerGone ? ExitCode.READER_GONE : ExitCode.ENVIRONMENT;
    }
}
