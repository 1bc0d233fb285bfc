package dev.weft.model;

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

    /** As it is written everywhere: {@code accuracy}. */
    public String key() {
        return key;
    }

    /** Whether a search maximises it. */
    public boolean higherIsBetter() {
        return higherIsBetter;
    }

    @Override
    public String toString() {
        return key;
    }
}
