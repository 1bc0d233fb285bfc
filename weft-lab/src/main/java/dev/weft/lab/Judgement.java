package dev.weft.lab;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.lab.study.Statistics;
import dev.weft.report.ExperimentReport.Outcome;

/**
 * How a statement came out.
 *
 * @param mean of the differences over the seeds
 * @param interval of that mean; absent with one seed, or where the statement is not about a mean
 * @param sentence all of it for people
 */
public record Judgement(
        String text,
        Claim.Kind kind,
        Outcome outcome,
        double threshold,
        double mean,
        @JsonInclude(JsonInclude.Include.NON_NULL) Statistics.Interval interval,
        String sentence) {}
