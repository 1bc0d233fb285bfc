package dev.weft.sample;

import dev.weft.metric.Cell;
import java.util.Optional;

/**
 * A number for the record of a run.
 *
 * @param name in the run's table of numbers, where it always means the same: {@code stem.width=8}, {@code pathEntropy}
 * @param cell where it stands among others; empty for a number by itself, which is drawn as a curve
 */
public record Note(String name, double value, Optional<Cell> cell) {
    /** A number by itself. */
    public Note(String name, double value) {
        this(name, value, Optional.empty());
    }

    /** The part of an option among those of its choice, called {@code CHOICE=OPTION}. */
    public static Note part(String choice, Object option, String column, double value) {
        return new Note(
                choice + "=" + option, value, Optional.of(new Cell(choice, option.toString(), column, Cell.PART)));
    }
}
