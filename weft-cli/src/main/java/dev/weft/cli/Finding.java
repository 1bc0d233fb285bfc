package dev.weft.cli;

/**
 * One thing that {@code weft doctor} looked at.
 *
 * @param name what was looked for
 * @param ok whether it is there
 * @param essential whether Weft cannot run without it
 * @param found what was found, or what to do to get it
 */
record Finding(String name, boolean ok, boolean essential, String found) {
    static Finding present(String name, String found) {
        return new Finding(name, true, true, found);
    }

    static Finding missing(String name, String found) {
        return new Finding(name, false, true, found);
    }

    /** Useful for some commands only. */
    static Finding optional(String name, boolean ok, String found) {
        return new Finding(name, ok, false, found);
    }
}
