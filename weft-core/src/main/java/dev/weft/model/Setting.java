package dev.weft.model;

import dev.weft.io.InputException;
import java.util.List;
import java.util.Objects;

/** Checks of what a model definition is given: the limits keep every product of sizes within an {@code int}. */
final class Setting {
    static final int MAX_SIZE = 1 << 14;
    private static final double MAX_RATIO = 100;

    private Setting() {}

    /** A copy of a list that must be there, without holes. */
    static <T> List<T> list(String name, List<T> values) {
        if (values == null || values.stream().anyMatch(Objects::isNull)) {
            throw new InputException(name + " must be given as a list, but is " + values + ".");
        }
        return List.copyOf(values);
    }

    /** The options of a size, from the smallest to the largest. */
    static List<Integer> sizes(String name, List<Integer> options) {
        List<Integer> sizes = list(name, options);
        for (int i = 0; i < sizes.size(); i++) {
            if (sizes.get(i) < 1 || sizes.get(i) > MAX_SIZE || i > 0 && sizes.get(i) <= sizes.get(i - 1)) {
                throw new InputException(
                        name + " must be rising sizes from 1 to " + MAX_SIZE + ", but is " + sizes + ".");
            }
        }
        return some(name, sizes);
    }

    /** The options of a ratio, from the smallest to the largest. */
    static List<Double> ratios(String name, List<Double> options) {
        List<Double> ratios = list(name, options);
        for (int i = 0; i < ratios.size(); i++) {
            if (!(ratios.get(i) > (i == 0 ? 0 : ratios.get(i - 1)) && ratios.get(i) <= MAX_RATIO)) {
                throw new InputException(name + " must be rising ratios over 0 and up to " + (int) MAX_RATIO
                        + ", but is " + ratios + ".");
            }
        }
        return some(name, ratios);
    }

    private static <T> List<T> some(String name, List<T> options) {
        if (options.isEmpty()) {
            throw new InputException(name + " must have an option or more, but has none.");
        }
        return options;
    }
}
