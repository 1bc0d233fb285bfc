package dev.weft.lab.study;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was measured of one arm with one seed at one budget: a kept document.
 *
 * @param seconds of training, by the clock, of all trainings that it used
 * @param passes forward passes of members in these trainings, each with its backward pass; those of a fixed teacher are not counted
 * @param updates how often a shared weight was updated, the mean over the entries, in the training that had the most; 0 for an arm that
 *     trains nothing
 * @param values by the key of their column
 * @param curves losses of its training by role, see {@link TrainingRecord}: the one that has its name, or the first
 */
record ArmResult(
        String arm,
        int epochs,
        long seed,
        double seconds,
        double passes,
        double updates,
        Map<String, Double> values,
        Map<String, List<Double>> curves) {
    ArmResult {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        curves = Collections.unmodifiableMap(new LinkedHashMap<>(curves));
    }
}
