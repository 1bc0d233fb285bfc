package dev.weft.lab.study;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** What was measured at one budget: values by seed, of an arm and the key of a column. */
@FunctionalInterface
public interface Values {
    /** One value a seed, of seeds that have one. */
    Map<Long, Double> of(String arm, String key);

    /** Several values a seed, in the order of the keys, of seeds that have all. */
    default Map<Long, List<Double>> of(String arm, List<String> keys) {
        Map<Long, List<Double>> all = new TreeMap<>();
        of(arm, keys.get(0)).keySet().forEach(seed -> {
            List<Double> own = keys.stream()
                    .map(key -> of(arm, key).get(seed))
                    .filter(Objects::nonNull)
                    .toList();
            if (own.size() == keys.size()) {
                all.put(seed, own);
            }
        });
        return all;
    }
}
