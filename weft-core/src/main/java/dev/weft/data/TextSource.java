package dev.weft.data;

import dev.weft.io.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * A text to learn from.
 *
 * @param name for records and messages
 */
public record TextSource(String name, String text) {
    public TextSource {
        if (name == null || text == null || text.isEmpty()) {
            throw new InputException("A text must have a name and characters, but \"" + name + "\" is empty.");
        }
    }

    /** Opens a text file of UTF-8. */
    public static TextSource open(String file) {
        try {
            return new TextSource(file, Files.readString(Path.of(file)));
        } catch (IOException | InvalidPathException e) {
            throw new InputException(
                    "A text must be a file of UTF-8 that can be read, but \"" + file + "\" is not.", e);
        }
    }
}
