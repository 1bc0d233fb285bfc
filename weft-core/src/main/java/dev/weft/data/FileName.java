package dev.weft.data;

import dev.weft.io.InputException;
import dev.weft.io.PathReason;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Names of files as they come from a disk. One that is no text, or that would begin a new line where it is shown or stored, is passed
 * over, so that ids, lists and fingerprints are one line an entry.
 */
final class FileName {
    private static final char NO_CHARACTER = '\uFFFD'; // what Java puts where bytes are none

    private FileName() {}

    /**
     * Why a file or folder cannot be named; empty of nearly all.
     *
     * @throws InputException when it cannot be because the locale is one of ASCII
     */
    static Optional<PassedOver> passedOver(Path entry) {
        String name = entry.getFileName().toString();
        if (name.chars().anyMatch(Character::isISOControl)) {
            return Optional.of(new PassedOver(
                    shown(entry.toString()),
                    "has a control character in its name",
                    "with a control character in the name",
                    1));
        }
        boolean suspect = name.indexOf(NO_CHARACTER) >= 0 || name.indexOf('?') >= 0;
        if (suspect && !isThere(entry, name)) {
            return Optional.of(new PassedOver(
                    shown(entry.toString()),
                    "has a name that is not UTF-8, or that this locale cannot express",
                    "with a name that is not UTF-8",
                    1));
        }
        return Optional.empty();
    }

    private static boolean isThere(Path entry, String name) {
        try {
            return Files.exists(entry.resolveSibling(name), LinkOption.NOFOLLOW_LINKS);
        } catch (InvalidPathException e) {
            throw new InputException(PathReason.of(e), e); // the locale's fault: all such names would be passed over
        }
    }

    /** A name on one line: control characters as Java writes them, {@code \n} or {@code \u001b}. */
    static String shown(String name) {
        StringBuilder shown = new StringBuilder();
        name.chars().forEach(c -> {
            if (c == '\n') {
                shown.append("\\n");
            } else if (Character.isISOControl(c)) {
                shown.append("\\u").append(Integer.toHexString(0x10000 + c).substring(1));
            } else {
                shown.append((char) c);
            }
        });
        return shown.toString();
    }
}
