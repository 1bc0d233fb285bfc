package dev.weft.cli;

import dev.weft.io.Kinds;

/** What documents may name in this process: Weft's kinds, and those of the jars that its class path has besides. */
final class Installed {
    private static Kinds kinds;

    private Installed() {}

    /** @throws dev.weft.io.EnvironmentException when a jar on the class path names kinds that do not fit */
    static synchronized Kinds kinds() {
        if (kinds == null) {
            kinds = Kinds.installed();
        }
        return kinds;
    }
}
