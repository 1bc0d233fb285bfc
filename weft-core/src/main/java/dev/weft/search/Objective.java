package dev.weft.search;

import dev.weft.io.InputException;
import dev.weft.metric.Direction;
import dev.weft.metric.Metric;
import dev.weft.metric.Metrics;
import java.util.stream.Collectors;

/**
 * A metric and the direction that is better.
 *
 * @param metric the key of a {@link Metric} that the {@link Evaluator} measures
 * @param direction when left out, that of the metric of {@link Metrics#BUILT_IN}; of any other less is better
 */
public record Objective(String metric, Direction direction) {
    public Objective {
        if (metric == null) {
            throw new InputException("An objective must name its metric. Known: "
                    + Metrics.BUILT_IN.goals().stream().map(Metric::key).collect(Collectors.joining(", ")) + ".");
        }
        metric = Metrics.resolve(metric);
        if (direction == null) {
            direction = Metrics.BUILT_IN.find(metric).map(Metric::better).orElse(Direction.MINIMIZE);
        }
    }

    /** The objective of a metric in its usual direction. */
    public static Objective of(Metric metric) {
        return new Objective(metric.key(), metric.better());
    }

    /**
     * The objective of a known metric, in its usual direction.
     *
     * @throws InputException when the metric is not known
     */
    public static Objective of(String metric) {
        return of(metric, Metrics.BUILT_IN);
    }

    /**
     * Reads {@code metric}, {@code metric:max} or {@code metric:min}.
     *
     * @param known the metrics there are
     * @throws InputException when the metric is not among them
     */
    public static Objective of(String text, Metrics known) {
        Direction direction =
                text.endsWith(":max") ? Direction.MAXIMIZE : text.endsWith(":min") ? Direction.MINIMIZE : null;
        String metric = direction == null ? text : text.substring(0, text.length() - 4);
        Metric goal = known.goal(metric, "Objective");
        return new Objective(goal.key(), direction == null ? goal.better() : direction);
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
