package dev.weft.lab.study;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.report.ExperimentReport.Outcome;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * A statement about what was measured:
 *
 * <pre>{@code
 * claim(difference("A", "B", SMALLEST)).atLeast(1.0)
 * goal(difference("A", "B2", SMALLEST)).atLeast(0.3)
 * report(difference("A", "C", RANDOM)).atLeast(0)
 * }</pre>
 *
 * <p>A verdict needs two seeds or more, whatever it is about: with one it is undecided, and in a smoke run nothing is tested. {@link
 * StudyRun} sees to both, so no statement can forget it.
 */
public final class Claim {
    static final double CONFIDENCE = 0.95;

    private final String text;
    private final Kind kind;
    private final Function<Values, Judgement> judge;

    private Claim(String text, Kind kind, Function<Values, Judgement> judge) {
        this.text = text;
        this.kind = kind;
        this.judge = judge;
    }

    /** Says whose statement it is. Only a {@link #CLAIM} decides whether a study succeeded. */
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

        /** How a sentence about it begins. */
        public String word() {
            return word;
        }
    }

    /** The paper's statement. */
    public static Bounded claim(Quantity quantity) {
        return new Bounded(Kind.CLAIM, quantity, "");
    }

    /** A goal of ours. */
    public static Bounded goal(Quantity quantity) {
        return new Bounded(Kind.GOAL, quantity, "");
    }

    /** What is of interest and nobody's statement. */
    public static Bounded report(Quantity quantity) {
        return new Bounded(Kind.REPORT, quantity, "");
    }

    /**
     * A statement that is no bound on a mean over seeds: a count, a test of frequencies, a computation.
     *
     * @param judge from the values at a budget to what holds
     */
    public static Claim of(Kind kind, String text, Function<Values, Judgement> judge) {
        return new Claim(text, kind, judge);
    }

    public String text() {
        return text;
    }

    public Kind kind() {
        return kind;
    }

    /** How it came out at a budget, before it is known how many seeds there were. */
    public Judgement judge(Values values) {
        return judge.apply(values);
    }

    /** A side of the threshold. */
    enum Bound {
        AT_LEAST("at least "),
        AT_MOST("at most "),
        WITHIN("within ±");

        private final String words;

        Bound(String words) {
            this.words = words;
        }

        private Outcome outcome(double threshold, Statistics.Interval interval) {
            double low = interval.low();
            double high = interval.high();
            boolean allRight =
                    switch (this) {
                        case AT_LEAST -> low >= threshold;
                        case AT_MOST -> high <= threshold;
                        case WITHIN -> low >= -threshold && high <= threshold;
                    };
            boolean allWrong =
                    switch (this) {
                        case AT_LEAST -> high < threshold;
                        case AT_MOST -> low > threshold;
                        case WITHIN -> low > threshold || high < -threshold;
                    };
            return allRight ? Outcome.HELD : allWrong ? Outcome.NOT_HELD : Outcome.UNDECIDED;
        }
    }

    /**
     * A statement about a quantity, in want of its bound.
     *
     * @param remark a sentence that follows the verdict's; may be empty
     */
    public record Bounded(Kind kind, Quantity quantity, String remark) {
        /** The same, with a sentence behind the verdict's. */
        public Bounded remarked(String sentence) {
            return new Bounded(kind, quantity, sentence);
        }

        public Claim atLeast(double threshold) {
            return bound(Bound.AT_LEAST, threshold);
        }

        public Claim atMost(double threshold) {
            return bound(Bound.AT_MOST, threshold);
        }

        /** The difference lies between minus the threshold and the threshold. */
        public Claim within(double threshold) {
            return bound(Bound.WITHIN, threshold);
        }

        private Claim bound(Bound bound, double threshold) {
            return new Claim(
                    quantity.text(),
                    kind,
                    values -> judged(
                            bound,
                            threshold,
                            List.copyOf(quantity.from().apply(values).values())));
        }

        /**
         * Held when the whole 95 % interval of the mean is on the right side of the threshold, not held when the whole interval is on the
         * wrong side, undecided between and where one seed gives no interval, not tested where there is no value.
         */
        private Judgement judged(Bound bound, double threshold, List<Double> values) {
            String expected = String.format(
                    Locale.ROOT,
                    "%s: %s: %s%s expected",
                    kind.word,
                    quantity.text(),
                    bound.words,
                    shown("%." + Math.max(1, quantity.decimals() - 1) + "f", threshold));
            if (values.isEmpty()) {
                return Judgement.notTested(expected + "; not tested, for what it compares was not run.");
            }
            double mean = Statistics.mean(values);
            if (values.size() < 2) {
                return new Judgement(
                        Outcome.UNDECIDED,
                        mean,
                        null,
                        expected + "; measured " + signed(mean) + " with one seed, which gives no interval."
                                + behind());
            }
            Statistics.Interval interval = Statistics.interval(values, CONFIDENCE);
            return new Judgement(
                    bound.outcome(threshold, interval),
                    mean,
                    interval,
                    expected
                            + String.format(
                                    Locale.ROOT,
                                    "; measured %s (95 %% interval %s to %s, %d seeds).",
                                    signed(mean),
                                    number("%+." + quantity.decimals() + "f", interval.low()),
                                    number("%+." + quantity.decimals() + "f", interval.high()),
                                    values.size())
                            + behind());
        }

        private String signed(double value) {
            return shown("%+." + quantity.decimals() + "f", value);
        }

        private String shown(String format, double value) {
            return number(format, value) + (quantity.unit().isEmpty() ? "" : " " + quantity.unit());
        }

        private static String number(String format, double value) {
            return String.format(Locale.ROOT, format, value);
        }

        private String behind() {
            return remark.isEmpty() ? "" : " " + remark;
        }
    }
}
