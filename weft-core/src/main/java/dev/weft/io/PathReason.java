package dev.weft.io;

import java.nio.file.InvalidPathException;

/** Says why a name cannot be that of a file: nearly always because it is outside ASCII and the process has a locale of ASCII. */
public final class PathReason {
    private PathReason() {}

    /** One line: what must hold, what was given, and what to do next. */
    public static String of(InvalidPathException failure) {
        return "\"" + failure.getInput() + "\" must be the name of a file or folder, but this process cannot write it ("
                + failure.getReason() + "; character set " + System.getProperty("sun.jnu.encoding")
                + "). A name outside ASCII needs a locale of UTF-8: LC_ALL=C.UTF-8";
    }
}
