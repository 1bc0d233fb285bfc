package dev.weft.metric;

/** What a measurement takes, and so what its number depends on. */
public enum Needs {
    /** The shapes of the model alone: exact, at once, the same everywhere. */
    SHAPES,
    /** This machine, on which the member is run. */
    MACHINE,
    /** The trained weights and the selection split. */
    EXAMPLES,
    /** A table that somebody published. */
    TABLE
}
