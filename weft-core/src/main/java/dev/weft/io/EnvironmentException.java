package dev.weft.io;

/**
 * The machine lacks something this work needs: a native library, a tool, disk space. The message is one line: what must be
 * there, what was found, and what to do next. The command line prints it and exits with code 3.
 */
public final class EnvironmentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public EnvironmentException(String message) {
        super(message);
    }

    public EnvironmentException(String message, Throwable cause) {
        super(message, cause);
    }
}
