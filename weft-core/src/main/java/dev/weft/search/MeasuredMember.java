package dev.weft.search;

import dev.weft.metric.Metric;
import dev.weft.metric.Metrics;
import dev.weft.space.Member;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A member and what was measured of it.
 *
 * @param values by metric, in the order in which they were measured
 */
public record MeasuredMember(Member member, Map<String, Double> values) {
    public MeasuredMember {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** @throws IllegalArgumentException when the metric was not measured */
    public double value(Metric metric) {
        return value(metric.key());
    }

    /** The number of that metric where it was measured. */
    public Optional<Double> find(Metric metric) {
        return Optional.ofNullable(values.get(metric.key()));
    }

    /** @throws IllegalArgumentException when the metric was not measured */
    public double value(String metric) {
        Double value = values.get(Metrics.resolve(metric));
        if (value == null) {
            throw new IllegalArgumentException(
                    "Of \"" + member + "\" " + metric + " was not measured, only " + values + ".");
        }
        return value;
    }
}
