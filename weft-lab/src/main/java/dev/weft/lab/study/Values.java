package dev.weft.lab.study;

import java.util.Map;

/** What was measured at one budget: values by seed, of an arm and the key of a column. */
@FunctionalInterface
public interface Values {
    /** One value a seed, of seeds that have one. */
    Map<Long, Double> of(String arm, String key);
}
