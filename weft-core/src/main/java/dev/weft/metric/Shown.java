package dev.weft.metric;

/** Where people see a number. Files and JSON have every number. */
public enum Shown {
    /** The metric is shown in the tables of the command line and on pages. */
    EVERYWHERE,
    /** The metric is shown on pages. */
    PAGES,
    /** Nowhere by itself; a search may ask for it. */
    ASKED,
    /** The metric is shown beside another number, which it says something about; it is no goal of a search. */
    BESIDE
}
