package dev.weft.lab.study;

import dev.weft.report.ExperimentReport.Outcome;

/**
 * How a statement came out.
 *
 * @param estimate what was measured, the mean over the seeds where it is measured once per seed; {@code null} where nothing was
 * @param interval of that mean; {@code null} with one seed, or where the statement is not about a mean
 * @param sentence all of it for people
 */
public record Judgement(Outcome outcome, Double estimate, Statistics.Interval interval, String sentence) {
    /** The judgement of something that was not run. */
    public static Judgement notTested(String sentence) {
        return new Judgement(Outcome.NOT_TESTED, null, null, sentence);
    }

    /** The judgement of something that is so or is not, without an interval. */
    public static Judgement exact(boolean holds, double estimate, String sentence) {
        return new Judgement(holds ? Outcome.HELD : Outcome.NOT_HELD, estimate, null, sentence);
    }

    /** The same in a run that may not decide: of too few seeds, or too small. */
    Judgement as(Outcome other, String why) {
        return new Judgement(other, estimate, interval, sentence + why);
    }
}
