package dev.weft.report;

import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * A picture of a reproduced experiment: values against values, drawn on the page as a figure that needs no script.
 *
 * @param title what it shows
 * @param caption how to read it; may be empty
 * @param x the axis to the right
 * @param y the axis upwards
 * @param series in the order of the legend; the first is drawn on top
 */
public record Plot(String title, String caption, Axis x, Axis y, List<Series> series) implements Figure {
    /** How values lie on an axis. */
    public enum Scale {
        LINEAR,
        /** Values are placed by their logarithm and must be above 0. */
        LOGARITHMIC
    }

    /** What marks a point. Shapes, not only colours, tell series apart. */
    public enum Mark {
        /** Points are joined in their order, and not marked themselves; a single one is a dot. */
        LINE,
        DOT,
        RING,
        SQUARE,
        TRIANGLE,
        DIAMOND
    }

    /** An axis with its label, the unit included; it need not begin at zero. */
    public record Axis(String label, Scale scale) {}

    /**
     * Points of one kind.
     *
     * @param name for the legend
     * @param mark of each point
     * @param points in the order in which a line joins them
     */
    public record Series(String name, Mark mark, List<Point> points) {
        public Series {
            points = List.copyOf(points);
        }

        /** A point of each value. */
        public static <T> Series of(
                String name, Mark mark, List<T> values, ToDoubleFunction<T> x, ToDoubleFunction<T> y) {
            return new Series(
                    name,
                    mark,
                    values.stream()
                            .map(value -> new Point(x.applyAsDouble(value), y.applyAsDouble(value)))
                            .toList());
        }
    }

    /**
     * A value and how sure it is: a mark has a bar, a line a band.
     *
     * @param low {@code y} where nothing is known
     * @param high {@code y} where nothing is known
     * @param label what a pointer that rests on it reads; may be empty
     */
    public record Point(double x, double y, double low, double high, String label) {
        public Point {
            if (low > y || high < y) {
                throw new IllegalArgumentException(
                        "a point must lie in its interval, but y=" + y + ", low=" + low + ", high=" + high);
            }
        }

        public Point(double x, double y, String label) {
            this(x, y, y, y, label);
        }

        public Point(double x, double y) {
            this(x, y, "");
        }
    }

    public Plot {
        Objects.requireNonNull(title, "title");
        Objects.requireNonNull(caption, "caption");
        series = List.copyOf(series);
        for (Series each : series) {
            for (Point point : each.points()) {
                if (!fits(x, point.x()) || !fits(y, point.y()) || !fits(y, point.low()) || !fits(y, point.high())) {
                    throw new IllegalArgumentException(
                            "every point must be finite, and above 0 on a logarithmic axis, but " + each.name()
                                    + " has " + point);
                }
            }
        }
        if (series.stream().allMatch(each -> each.points().isEmpty())) {
            throw new IllegalArgumentException("a plot must have a point, but \"" + title + "\" has none");
        }
    }

    private static boolean fits(Axis axis, double value) {
        return Double.isFinite(value) && (axis.scale() == Scale.LINEAR || value > 0);
    }
}
