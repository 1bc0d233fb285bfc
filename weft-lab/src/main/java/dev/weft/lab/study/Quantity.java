package dev.weft.lab.study;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Something that is measured once per seed, which a {@link Claim} is about.
 *
 * @param text what it is: {@code smallest member, A minus B}
 * @param unit as it follows a number, in the plural: {@code points}; empty for plain numbers
 * @param decimals of what is measured
 * @param from its values by seed; a seed that lacks one of two that are compared is left out
 */
public record Quantity(String text, String unit, int decimals, Function<Values, Map<Long, Double>> from) {
    /** The values of an arm. */
    public static Quantity value(String arm, Column column) {
        return new Quantity(
                column.label() + " of " + arm,
                column.unit().startsWith("%") ? "%" : column.unit(),
                column.decimals(),
                values -> values.of(arm, column.key()));
    }

    /** {@code first - second}, seed by seed: what is compared when both had the same seeds. */
    public static Quantity difference(String first, String second, Column column) {
        return new Quantity(
                column.label() + ", " + first + " minus " + second,
                column.differenceUnit(),
                column.decimals(),
                values -> paired(values.of(first, column.key()), values.of(second, column.key()), (a, b) -> a - b));
    }

    /** {@code first / second}, seed by seed. */
    public static Quantity ratio(String first, String second, Column column) {
        return new Quantity(
                column.label() + ", " + first + " over " + second,
                "",
                2,
                values -> paired(values.of(first, column.key()), values.of(second, column.key()), (a, b) -> a / b));
    }

    /** The mean over several columns of the difference of two arms, seed by seed. */
    public static Quantity meanDifference(String text, String first, String second, List<Column> columns) {
        Column one = columns.get(0);
        return new Quantity(
                text + ", " + first + " minus " + second,
                one.differenceUnit(),
                one.decimals(),
                values -> paired(mean(values, first, columns), mean(values, second, columns), (a, b) -> a - b));
    }

    private static Map<Long, Double> mean(Values values, String arm, List<Column> columns) {
        return perSeed(
                values,
                arm,
                columns.stream().map(Column::key).toList(),
                own -> own.stream().reduce(0.0, Double::sum) / own.size());
    }

    /** What comes of several values of an arm, for each seed that has all. */
    public static Map<Long, Double> perSeed(
            Values values, String arm, List<String> keys, ToDoubleFunction<List<Double>> of) {
        Map<Long, Double> perSeed = new TreeMap<>();
        values.of(arm, keys).forEach((seed, own) -> perSeed.put(seed, of.applyAsDouble(own)));
        return perSeed;
    }

    /** What comes of two values of each seed that has both. */
    public static Map<Long, Double> paired(Map<Long, Double> first, Map<Long, Double> second, DoubleBinaryOperator of) {
        Map<Long, Double> pairs = new TreeMap<>();
        first.forEach((seed, value) -> {
            if (second.containsKey(seed)) {
                pairs.put(seed, of.applyAsDouble(value, second.get(seed)));
            }
        });
        return pairs;
    }

    /** The same quantity, said otherwise. */
    public Quantity named(String otherText) {
        return new Quantity(otherText, unit, decimals, from);
    }
}
