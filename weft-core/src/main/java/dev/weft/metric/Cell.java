package dev.weft.metric;

import java.util.Objects;

/**
 * Where a number that is noted in training stands: in a named column of a table, of which a run notes one after each epoch. So nobody who
 * reads a run takes names apart.
 *
 * @param table what its rows are of: a choice, or {@code cost level}
 * @param row an option of that choice, or a level
 * @param column what the number is: {@code probability}, {@code trained}
 * @param unit of the numbers of that column; {@link #PART} where its rows are parts of one whole; empty for plain numbers
 */
public record Cell(String table, String row, String column, String unit) {
    /** The unit of a column whose rows are parts of 1: none is below 0, and they sum to 1. */
    public static final String PART = "part";

    public Cell {
        Objects.requireNonNull(unit, "unit");
        if (table == null || table.isBlank() || row == null || row.isBlank() || column == null || column.isBlank()) {
            throw new IllegalArgumentException("A cell must have a table, a row and a column, but got table=" + table
                    + ", row=" + row + ", column=" + column + ".");
        }
    }
}
