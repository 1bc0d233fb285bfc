package dev.weft.report;

import dev.weft.report.ExperimentReport.Cell;
import java.util.List;
import java.util.Objects;

/** A picture of an experiment's page, beside those of its metrics. */
public sealed interface Figure permits Plot, Figure.Dots, Figure.HeatMap {
    String title();

    /** What is to be seen and how to read it; may be empty. */
    String caption();

    /**
     * Rows of dots on one axis, one dot per seed.
     *
     * @param unit of the values
     * @param decimals digits shown after the point
     */
    record Dots(String title, String caption, String unit, int decimals, List<Row> rows) implements Figure {
        public Dots {
            rows = List.copyOf(rows);
        }
    }

    /** One row of dots. */
    record Row(String label, Cell cell) {}

    /**
     * Numbers as shades.
     *
     * @param values one list a row, as many as there are columns; {@code null} where nothing was measured
     * @param low what has the lightest shade
     * @param high what has the darkest
     * @param decimals digits shown after the point
     */
    record HeatMap(
            String title,
            String caption,
            List<String> rows,
            List<String> columns,
            List<List<Double>> values,
            double low,
            double high,
            int decimals)
            implements Figure {
        public HeatMap {
            Objects.requireNonNull(title, "title");
            rows = List.copyOf(rows);
            columns = List.copyOf(columns);
            int width = columns.size();
            if (values.size() != rows.size() || values.stream().anyMatch(row -> row.size() != width) || !(high > low)) {
                throw new IllegalArgumentException(
                        "a heat map must have a value for each of " + rows.size() + " rows and " + width
                                + " columns, and low < high, but has " + values + ", " + low + ", " + high);
            }
        }
    }
}
