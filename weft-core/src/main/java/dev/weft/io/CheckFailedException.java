package dev.weft.io;

/**
 * The work was done and its own check said no: an exported member that differs from the live one, a claim that did not hold.
 * The message is one line: what was checked, the limit, and what was measured. The command line prints it and exits with code 1.
 */
public final class CheckFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CheckFailedException(String message) {
        super(message);
    }

    public CheckFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
