package dev.weft.search;

import dev.weft.io.InputException;
import java.util.List;

/**
 * A metric and the direction that is better.
 *
 * @param metric a name of {@link MetricNames}, or any other that the {@link Evaluator} measures
 * @param direction when left out, accuracy is maximized and everything else minimized
 */
public record Objective(String metric, Direction direction) {
    public Objective {
        if (metric == null) {
            throw new InputException(
                    "An objective must name its metric. Known: " + String.join(", ", MetricNames.ALL) + ".");
        }
        metric = MetricNames.resolve(metric);
        if (direction == null) {
            direction = metric.equals(MetricNames.ACCURACY) ? Direction.MAXIMIZE : Direction.MINIMIZE;
        }
    }

    /**
     * The objective of a known metric, in its usual direction.
     *
     * @throws InputException when the metric is not known
     */
    public static Objective of(String metric) {
        return of(metric, MetricNames.ALL);
    }

    /**
     * Reads {@code metric}, {@code metric:max} or {@code metric:min}.
     *
     * @param known the metrics there are
     * @throws InputException when the metric is not among them
     */
    public static Objective of(String text, List<String> known) {
        Direction direction =
                text.endsWith(":max") ? Direction.MAXIMIZE : text.endsWith(":min") ? Direction.MINIMIZE : null;
        String metric = direction == null ? text : text.substring(0, text.length() - 4);
        return new Objective(MetricNames.check(metric, known, "Objective"), direction);
    }

    /** Negative when {@code a} is better than {@code b}, positive when it is worse. */
    public int compare(double a, double b) {
        return direction == Direction.MINIMIZE ? Double.compare(a, b) : Double.compare(b, a);
    }

    /** The value, or its negative where less is better: more utility is always better. */
    double utility(double value) {
        return direction == Direction.MINIMIZE ? -value : value;
    }
}
