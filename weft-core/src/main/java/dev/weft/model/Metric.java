package dev.weft.model;

import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What tells how good a member is on data that it was not trained on. Its name is the same in databases, files and commands. */
public enum Metric {
    /** The part of the predictions that name the right class, 0 to 1. */
    ACCURACY("accuracy", true),
    /** Cross-entropy: the mean of {@code -log p} of the right token, in nats. */
    LOSS("loss", false),
    /** {@code exp(loss)}: among how many equally likely tokens the model would be as uncertain. */
    PERPLEXITY("perplexity", false);

    private final String key;
    private final boolean higherIsBetter;

    Metric(String key, boolean higherIsBetter) {
        this.key = key;
        this.higherIsBetter = higherIsBetter;
    }

    /** The name as it is written everywhere: {@code accuracy}. */
    public String key() {
        return key;
    }

    /** Whether a search maximises it. */
    public boolean higherIsBetter() {
        return higherIsBetter;
    }

    /** A value as people read it: {@code 86.1 %}, {@code loss 1.2340}, {@code perplexity 3.430}. */
    public String text(double value) {
        return switch (this) {
            case ACCURACY -> String.format(Locale.ROOT, "%.1f %%", 100 * value);
            case LOSS -> String.format(Locale.ROOT, "loss %.4f", value);
            case PERPLEXITY -> String.format(Locale.ROOT, "perplexity %.3f", value);
        };
    }

    /** All of them, separated by commas. */
    public static String text(Map<Metric, Double> values) {
        return values.entrySet().stream()
                .map(value -> value.getKey().text(value.getValue()))
                .collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return key;
    }
}
