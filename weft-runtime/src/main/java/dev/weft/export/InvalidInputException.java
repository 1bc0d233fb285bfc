package dev.weft.export;

/**
 * Something that was supplied (a file, a picture, tokens) is not usable. The message is one line: what must hold, what was given,
 * where, and what to do next. {@code weft} prints it and exits with code 2.
 */
public class InvalidInputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvalidInputException(String message) {
        super(message);
    }

    public InvalidInputException(String message, Throwable cause) {
        super(message, cause);
    }
}
