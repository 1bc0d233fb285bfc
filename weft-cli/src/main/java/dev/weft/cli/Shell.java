package dev.weft.cli;

import java.nio.file.Path;

/** Text that is to be pasted into a shell. */
final class Shell {
    private Shell() {}

    /** The path in quotes where it needs them. */
    static String quote(Path path) {
        return quote(path.toString());
    }

    static String quote(String text) {
        return text.matches("[A-Za-z0-9_./:=,@%+-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
