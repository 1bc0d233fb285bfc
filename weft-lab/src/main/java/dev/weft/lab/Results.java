package dev.weft.lab;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.report.ExperimentReport;
import dev.weft.report.ExperimentReport.Cell;
import dev.weft.report.ExperimentReport.Metric;
import dev.weft.report.ExperimentReport.Outcome;
import dev.weft.run.Environment;
import java.util.ArrayList;
import java.util.List;

/**
 * The outcome of a reproduction as a document, {@code results.json}.
 *
 * @param smoke whether the settings were too small to say anything about the claim
 * @param outcome of the paper's claim as a whole: held when every part of it did, not held when a part was not
 * @param settings what was the same for all arms
 * @param extra what the system measured beyond the table; absent for nothing
 */
public record Results(
        int formatVersion,
        String system,
        boolean smoke,
        Outcome outcome,
        List<Judgement> verdicts,
        List<Long> seeds,
        List<Row> arms,
        Object settings,
        @JsonInclude(JsonInclude.Include.NON_NULL) Object extra,
        Environment environment,
        @JsonIgnore ExperimentReport report) {
    private static final int FORMAT_VERSION = 1;

    /** An arm and its numbers. */
    public record Row(String name, String description, List<Numbers> metrics) {}

    /**
     * The values of one metric, in the order of the seeds.
     *
     * @param standardDeviation divided by n - 1; absent with one seed
     */
    public record Numbers(
            String name,
            String unit,
            double mean,
            @JsonInclude(JsonInclude.Include.NON_NULL) Double standardDeviation,
            List<Double> values) {}

    /** The document that says the same as {@code report}. */
    public static Results of(
            String system,
            boolean smoke,
            List<Judgement> verdicts,
            ExperimentReport report,
            Object settings,
            Object extra) {
        List<Outcome> parts = verdicts.stream()
                .filter(v -> v.kind() == Claim.Kind.CLAIM)
                .map(Judgement::outcome)
                .toList();
        Outcome outcome = parts.contains(Outcome.NOT_HELD)
                ? Outcome.NOT_HELD
                : parts.contains(Outcome.UNDECIDED) ? Outcome.UNDECIDED : Outcome.HELD;
        List<Row> rows = report.arms().stream()
                .map(arm -> new Row(arm.name(), arm.description(), numbers(report.metrics(), arm.cells())))
                .toList();
        return new Results(
                FORMAT_VERSION,
                system,
                smoke,
                outcome,
                verdicts,
                report.seeds(),
                rows,
                settings,
                extra,
                Environment.current(),
                report);
    }

    private static List<Numbers> numbers(List<Metric> metrics, List<Cell> cells) {
        List<Numbers> numbers = new ArrayList<>();
        for (int i = 0; i < metrics.size(); i++) {
            Cell cell = cells.get(i);
            if (!cell.values().isEmpty()) {
                Double deviation = cell.values().size() < 2 ? null : cell.standardDeviation();
                numbers.add(new Numbers(
                        metrics.get(i).name(), metrics.get(i).unit(), cell.mean(), deviation, cell.values()));
            }
        }
        return numbers;
    }
}
