package dev.weft.lab.study;

import java.util.Set;

/**
 * Something that is measured of arms.
 *
 * @param key in documents: {@code smallest}
 * @param label in tables: {@code smallest member}
 * @param unit of the values as given, {@code % test accuracy}; empty for a plain number
 * @param decimals digits shown after the point
 * @param charted whether the page also draws it, each seed as a dot
 */
public record Column(String key, String label, String unit, int decimals, boolean charted) {
    /** Keys that every arm of a document has. */
    private static final Set<String> TAKEN =
            Set.of("arm", "description", "epochs", "seeds", "passes", "updates", "seconds");

    public Column {
        if (TAKEN.contains(key)) {
            throw new IllegalArgumentException("a column must not have a key of every arm, but has \"" + key + "\"");
        }
    }

    /** Accuracy on the report split, in percent. */
    public static Column accuracy(String key, String label, boolean charted) {
        return new Column(key, label, "% test accuracy", 2, charted);
    }

    /** What a difference of two values is in: percentages differ by points. */
    String differenceUnit() {
        return unit.startsWith("%") ? "points" : unit;
    }
}
