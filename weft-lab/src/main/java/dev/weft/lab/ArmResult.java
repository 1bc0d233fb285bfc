package dev.weft.lab;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What was measured of one arm with one seed: a file of the experiment's folder.
 *
 * @param seconds of training, by the clock
 * @param memberForwards forward passes of members in training, one per member and batch; those of a fixed teacher are not counted
 * @param values by name of the metric
 */
public record ArmResult(
        String arm, long seed, double seconds, long steps, long memberForwards, Map<String, Double> values) {
    public ArmResult {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** @throws IllegalArgumentException when it was not measured */
    public double value(String metric) {
        Double value = values.get(metric);
        if (value == null) {
            throw new IllegalArgumentException(
                    "Of arm " + arm + ", " + metric + " was not measured, only " + values.keySet() + ".");
        }
        return value;
    }
}
