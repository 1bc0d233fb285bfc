package dev.weft.report;

import dev.weft.report.ExperimentReport.Cell;
import java.util.List;
import java.util.Objects;

/** A picture of an experiment's page, beside those of its metrics. */
public sealed interface Figure permits Plot, Figure.Dots, Figure.Bars, Figure.HeatMap {
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
     * Bars from zero, one a row.
     *
     * @param unit of the values; may be empty
     * @param decimals digits shown after the point
     */
    record Bars(String title, String caption, String unit, int decimals, List<Bar> bars) implements Figure {
        public Bars {
            bars = List.copyOf(bars);
            if (bars.stream().anyMatch(bar -> !(bar.value() >= 0 && bar.value() < Double.POSITIVE_INFINITY))) {
                throw new IllegalArgumentException(
                        "bars must be finite and not negative, but \"" + title + "\" has " + bars);
            }
        }
    }

    /** One bar. */
    record Bar(String label, double value) {}

    /**
     * Numbers as shades.
     *
     * @param values one list a row, as many as there are columns; {@code null} where nothing was measured
     * @param low what has the lightest shade
     * @param high what has the darkest
     * @param decimals digits shown after the point
     * @param signed whether values below zero have a colour of their own, as dark as they are far from it; {@code low} is then 0
     */
    record HeatMap(
            String title,
            String caption,
            List<String> rows,
            List<String> columns,
            List<List<Double>> values,
            double low,
            double high,
            int decimals,
            boolean signed)
            implements Figure {
        public HeatMap(
                String title,
                String caption,
                List<String> rows,
                List<String> columns,
                List<List<Double>> values,
                double low,
                double high,
                int decimals) {
            this(title, caption, rows, columns, values, low, high, decimals, false);
        }

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
