package dev.weft.trust;

import java.util.List;

/**
 * A number of each member that is known before any shared weight is trained. Scores that do not rank better than it were not worth
 * their training as far as the order goes. More is taken as better.
 *
 * @param name a key of tables and JSON, such as {@link #PARAMS}
 * @param values one a member, in the order of the ranking; finite
 */
public record Baseline(String name, List<Double> values) {
    /** Entries of the weights that a member uses. */
    public static final String PARAMS = "params";

    /** Multiply-adds of a member for one input. */
    public static final String MACS = "macs";

    /** What {@link GradientNorm} measures. */
    public static final String GRADIENT_NORM = "gradientNorm";

    /** Those that {@code weft trust} writes beside its anchors, and reads from tables that have them. */
    public static final List<String> NAMES = List.of(PARAMS, MACS, GRADIENT_NORM);

    public Baseline {
        values = List.copyOf(values);
        if (!values.stream().allMatch(Double::isFinite)) {
            throw new IllegalArgumentException(
                    "baseline " + name + " must be finite of every member, but is " + values);
        }
    }

    /** The name as sentences say it. */
    static String label(String name) {
        return switch (name) {
            case PARAMS -> "parameters";
            case MACS -> "multiply-adds";
            case GRADIENT_NORM -> "gradient norm at initialisation";
            default -> name;
        };
    }
}
