package dev.weft.metric;

/** Where people see a number. Files and JSON have every number. */
public enum Shown {
    /** In the tables of the command line and on pages. */
    EVERYWHERE,
    /** On pages. */
    PAGES,
    /** Nowhere by itself; a search may ask for it. */
    ASKED,
    /** Beside another number, which it says something about; it is no goal of a search. */
    BESIDE
}
