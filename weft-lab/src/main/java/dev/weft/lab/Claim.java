package dev.weft.lab;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.lab.study.Statistics;
import dev.weft.report.ExperimentReport.Outcome;
import java.util.List;
import java.util.Locale;

/**
 * A statement about a difference that is measured once per seed.
 *
 * @param text what is compared: {@code "smallest member, A minus B"}
 * @param kind whether the statement is the paper's, a goal of ours, or only reported
 * @param bound on which side of the threshold the difference must lie
 * @param threshold in the claim's unit
 * @param unit as it follows a number, in the plural: {@code points}; empty for plain numbers
 * @param decimals of what is measured; the threshold is printed with one less
 */
public record Claim(String text, Kind kind, Bound bound, double threshold, String unit, int decimals) {
    static final double CONFIDENCE = 0.95;

    /** A claim in points of accuracy. */
    public Claim(String text, Kind kind, Bound bound, double threshold) {
        this(text, kind, bound, threshold, "points", 2);
    }

    /** Says whose statement it is. Only a {@link #CLAIM} decides whether a reproduction succeeded. */
    public enum Kind {
        @JsonProperty("claim")
        CLAIM("Claim"),
        @JsonProperty("goal")
        GOAL("Goal"),
        @JsonProperty("report")
        REPORT("Reported");

        private final String word;

        Kind(String word) {
            this.word = word;
        }
    }

    /** A side of the threshold. */
    public enum Bound {
        @JsonProperty("at-least")
        AT_LEAST("at least"),
        @JsonProperty("at-most")
        AT_MOST("at most"),
        /** The value lies between minus the threshold and the threshold. */
        @JsonProperty("within")
        WITHIN("within ±");

        private final String words;

        Bound(String words) {
            this.words = words;
        }
    }

    /**
     * Held when the whole 95 % interval of the mean difference is on the right side of the threshold, not held when the whole
     * interval is on the wrong side, undecided between; always undecided with one seed, which gives no interval.
     *
     * @param differences one per seed
     */
    public Judgement judge(List<Double> differences) {
        double mean = Statistics.mean(differences);
        Statistics.Interval interval = differences.size() < 2 ? null : Statistics.interval(differences, CONFIDENCE);
        Outcome outcome = outcome(interval);
        String sentence = String.format(
                Locale.ROOT,
                "%s: %s %s%." + Math.max(1, decimals - 1) + "f%s expected; measured " + signed() + "%s.",
                kind.word,
                text,
                bound.words + (bound == Bound.WITHIN ? "" : " "),
                threshold,
                unit.isEmpty() ? "" : " " + unit,
                mean,
                interval == null
                        ? " with one seed, which gives no interval"
                        : String.format(
                                Locale.ROOT,
                                " (95 %% interval " + signed() + " to " + signed() + ", %d seeds)",
                                interval.low(),
                                interval.high(),
                                differences.size()));
        return new Judgement(text, kind, outcome, threshold, mean, interval, sentence);
    }

    private String signed() {
        return "%+." + decimals + "f";
    }

    private Outcome outcome(Statistics.Interval interval) {
        if (interval == null) {
            return Outcome.UNDECIDED;
        }
        double low = interval.low();
        double high = interval.high();
        boolean allRight =
                switch (bound) {
                    case AT_LEAST -> low >= threshold;
                    case AT_MOST -> high <= threshold;
                    case WITHIN -> low >= -threshold && high <= threshold;
                };
        boolean allWrong =
                switch (bound) {
                    case AT_LEAST -> high < threshold;
                    case AT_MOST -> low > threshold;
                    case WITHIN -> low > threshold || high < -threshold;
                };
        return allRight ? Outcome.HELD : allWrong ? Outcome.NOT_HELD : Outcome.UNDECIDED;
    }
}
