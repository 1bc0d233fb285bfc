package dev.weft.lab.study;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.weft.report.ExperimentReport;
import dev.weft.report.ExperimentReport.Outcome;
import dev.weft.run.Environment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What came of a study as a document: {@code results.json}, and what {@code weft reproduce --json} prints.
 *
 * @param smoke whether sizes were too small to say anything about the claim
 * @param outcome of the paper's claim as a whole at the largest budget: held when every part of it did, not held when a part was not,
 *     undecided when a part was
 * @param measured the day, as in {@code 2026-11-30}
 * @param epochs the budgets, in ascending order
 * @param arms one a budget: {@code arm}, {@code description}, {@code epochs}, how many {@code seeds}, for the key of each column that it
 *     has {@code mean}, {@code sd} (null with one seed) and {@code values} in the order of the seeds; means over the seeds of
 *     {@code passes} (forward passes of members in training, each with its backward pass), {@code updates} (of a shared weight,
 *     the mean over the entries) and {@code seconds} (of training, by the clock)
 * @param seconds of all trainings, by the clock
 * @param size all that decided the numbers beside seeds and budgets
 * @param extra what was measured beyond the table; null for nothing
 */
public record StudyResults(
        int formatVersion,
        String system,
        boolean smoke,
        String data,
        Outcome outcome,
        String measured,
        List<Integer> epochs,
        List<Long> seeds,
        List<Statement> claims,
        List<Map<String, Object>> arms,
        List<Column> columns,
        double seconds,
        Object size,
        Object extra,
        Environment environment,
        @JsonIgnore ExperimentReport report) {
    static final int FORMAT_VERSION = 2;

    /**
     * A statement at a budget.
     *
     * @param estimate what was measured; null where nothing was
     * @param interval of the mean over the seeds; null where there is none
     */
    public record Statement(
            String claim,
            Claim.Kind kind,
            int epochs,
            Outcome verdict,
            Double estimate,
            Statistics.Interval interval,
            String sentence) {}

    /** The part of the claim that decides: that of the largest budget. */
    static Outcome outcome(List<Statement> claims, int largestBudget) {
        List<Outcome> parts = claims.stream()
                .filter(c -> c.kind() == Claim.Kind.CLAIM && c.epochs() == largestBudget)
                .map(Statement::verdict)
                .toList();
        for (Outcome worst : List.of(Outcome.NOT_HELD, Outcome.UNDECIDED, Outcome.NOT_TESTED)) {
            if (parts.contains(worst)) {
                return worst;
            }
        }
        return Outcome.HELD;
    }

    /** An arm at a budget. */
    static Map<String, Object> arm(Findings findings, Arm arm, int epochs) {
        Map<Long, ArmResult> results = findings.of(epochs, arm.name());
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("arm", arm.name());
        row.put("description", arm.description());
        row.put("epochs", epochs);
        row.put("seeds", results.size());
        results.values().stream()
                .flatMap(result -> result.values().keySet().stream())
                .distinct()
                .forEach(key -> row.put(key, numbers(findings.list(epochs, arm.name(), key))));
        row.put("passes", mean(results.values().stream().map(ArmResult::passes).toList()));
        row.put(
                "updates",
                mean(results.values().stream().map(ArmResult::updates).toList()));
        row.put(
                "seconds",
                mean(results.values().stream().map(ArmResult::seconds).toList()));
        return row;
    }

    private static Map<String, Object> numbers(List<Double> values) {
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("mean", mean(values));
        numbers.put("sd", values.size() < 2 ? null : Statistics.standardDeviation(values));
        numbers.put("values", values);
        return numbers;
    }

    private static Double mean(List<Double> values) {
        return values.isEmpty() ? null : Statistics.mean(values);
    }
}
