package dev.weft.io;

import dev.weft.export.InvalidInputException;

/**
 * Something the user supplied (a file, a setting, a member, a folder of data) is not usable. The message is one line: what must
 * hold, what was given, where, and what to do next. The command line prints it and exits with code 2. What predicts with an exported
 * model throws the {@link InvalidInputException} that this one extends: that code knows no other package.
 */
public class InputException extends InvalidInputException {
    private static final long serialVersionUID = 1L;

    public InputException(String message) {
        super(message);
    }

    public InputException(String message, Throwable cause) {
        super(message, cause);
    }
}
