package dev.weft.lab;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.report.ExperimentReport.Outcome;
import java.util.List;
import java.util.Locale;

/**
 * A statement about a difference that is measured once per seed.
 *
 * @param text what is compared: {@code "smallest member, A minus B"}
 * @param kind whether the statement is the paper's, a goal of ours, or only reported
 * @param bound on which side of the threshold the difference must lie
 * @param threshold in points of accuracy
 */
public record Claim(String text, Kind kind, Bound bound, double threshold) {
    static final double CONFIDENCE = 0.95;

    /** Whose statement it is. Only a {@link #CLAIM} decides whether a reproduction succeeded. */
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
        AT_MOST("at most");

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
                "%s: %s %s %.1f points expected; measured %+.2f%s.",
                kind.word,
                text,
                bound.words,
                threshold,
                mean,
                interval == null
                        ? " with one seed, which gives no interval"
                        : String.format(
                                Locale.ROOT,
                                " (95 %% interval %+.2f to %+.2f, %d seeds)",
                                interval.low(),
                                interval.high(),
                                differences.size()));
        return new Judgement(text, kind, outcome, threshold, mean, interval, sentence);
    }

    private Outcome outcome(Statistics.Interval interval) {
        if (interval == null) {
            return Outcome.UNDECIDED;
        }
        boolean lowRight = bound == Bound.AT_LEAST ? interval.low() >= threshold : interval.low() <= threshold;
        boolean highRight = bound == Bound.AT_LEAST ? interval.high() >= threshold : interval.high() <= threshold;
        return lowRight && highRight ? Outcome.HELD : lowRight || highRight ? Outcome.UNDECIDED : Outcome.NOT_HELD;
    }
}
