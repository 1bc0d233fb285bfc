package dev.weft.lab.bignas;

import dev.weft.lab.ArmResult;
import dev.weft.lab.Claim;
import dev.weft.lab.Claim.Bound;
import dev.weft.lab.Claim.Kind;
import dev.weft.lab.Experiment;
import dev.weft.lab.Judgement;
import dev.weft.lab.study.Statistics;
import dev.weft.report.ExperimentReport.Arm;
import dev.weft.report.ExperimentReport.Cell;
import dev.weft.report.ExperimentReport.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The finished arms as a table, and the statements about it. */
final class BigNasTable {
    private static final String ACCURACY = "% test accuracy";
    private static final List<String> ACCURACIES =
            List.of(BigNasMembers.SMALLEST, BigNasMembers.MIDDLE, BigNasMembers.LARGEST, BigNasMeasurement.RANDOM);
    static final List<Metric> METRICS = List.of(
            new Metric("smallest", ACCURACY, 2, true),
            new Metric("middle", ACCURACY, 2, false),
            new Metric("largest", ACCURACY, 2, true),
            new Metric("mean of random members", ACCURACY, 2, true),
            new Metric("training time", "s", 1, false),
            new Metric("member-forwards", "", 0, false));

    private final Experiment experiment;
    private final List<Long> seeds;

    BigNasTable(Experiment experiment, List<Long> seeds) {
        this.experiment = experiment;
        this.seeds = seeds;
    }

    List<Arm> arms() {
        List<Arm> arms = new ArrayList<>();
        arms.add(supernet(BigNasArms.FULL));
        arms.add(new Arm(
                BigNasArms.FULL + ", not recalibrated",
                "the same weights as A, batch-norm statistics averaged over mixed members in training",
                supernetCells(BigNasArms.FULL, BigNasMeasurement.NOT_RECALIBRATED)));
        arms.add(supernet(BigNasArms.SINGLE_PATH));
        arms.add(supernet(BigNasArms.SINGLE_PATH_MATCHED));
        arms.add(supernet(BigNasArms.WITHOUT_DISTILLATION));
        arms.add(alone(BigNasArms.ALONE, false));
        arms.add(alone(BigNasArms.ALONE_DISTILLED, true));
        return arms;
    }

    List<Judgement> judgements() {
        return judgements(this::values);
    }

    /** The values of a metric of an arm, one per seed. */
    @FunctionalInterface
    interface Values {
        List<Double> of(String arm, String metric);
    }

    /** The statements of the specification, judged on any numbers. */
    static List<Judgement> judgements(Values values) {
        String smallest = BigNasMembers.SMALLEST;
        String random = BigNasMeasurement.RANDOM;
        List<Judgement> judged = new ArrayList<>();
        judged.add(above(values, smallest, BigNasArms.SINGLE_PATH, Kind.CLAIM, 1.0));
        judged.add(above(values, random, BigNasArms.SINGLE_PATH, Kind.CLAIM, 1.0));
        judged.add(new Claim("smallest member, trained alone (D) minus inherited (A)", Kind.CLAIM, Bound.AT_MOST, 1.5)
                .judge(Statistics.differences(
                        values.of(BigNasArms.alone(smallest, false), smallest), values.of(BigNasArms.FULL, smallest))));
        judged.add(new Claim("smallest member, A minus A without recalibration", Kind.CLAIM, Bound.AT_LEAST, 10)
                .judge(Statistics.differences(
                        values.of(BigNasArms.FULL, smallest),
                        values.of(BigNasArms.FULL, smallest + BigNasMeasurement.NOT_RECALIBRATED))));
        judged.add(above(values, smallest, BigNasArms.SINGLE_PATH_MATCHED, Kind.GOAL, 0.3));
        judged.add(above(values, random, BigNasArms.SINGLE_PATH_MATCHED, Kind.GOAL, 0.3));
        judged.add(above(values, smallest, BigNasArms.WITHOUT_DISTILLATION, Kind.REPORT, 0));
        judged.add(above(values, random, BigNasArms.WITHOUT_DISTILLATION, Kind.REPORT, 0));
        return judged;
    }

    private static Judgement above(Values values, String metric, String baseline, Kind kind, double threshold) {
        String what = metric.equals(BigNasMeasurement.RANDOM) ? "mean of random members" : metric + " member";
        return new Claim(what + ", A minus " + baseline, kind, Bound.AT_LEAST, threshold)
                .judge(Statistics.differences(values.of(BigNasArms.FULL, metric), values.of(baseline, metric)));
    }

    private Arm supernet(String arm) {
        return new Arm(arm, BigNasArms.description(arm), supernetCells(arm, ""));
    }

    private List<Cell> supernetCells(String arm, String ending) {
        List<Cell> cells = new ArrayList<>();
        ACCURACIES.forEach(metric -> cells.add(new Cell(values(arm, metric + ending))));
        cells.add(cell(List.of(arm), ArmResult::seconds));
        cells.add(cell(List.of(arm), ArmResult::memberForwards));
        return cells;
    }

    /** Three arms make one row: each has the accuracy of its size, and their times add up. */
    private Arm alone(String name, boolean distilled) {
        List<String> arms = BigNasMembers.SIZES.stream()
                .map(size -> BigNasArms.alone(size, distilled))
                .toList();
        List<Cell> cells = new ArrayList<>();
        for (String size : BigNasMembers.SIZES) {
            cells.add(new Cell(values(BigNasArms.alone(size, distilled), size)));
        }
        cells.add(new Cell(List.of()));
        cells.add(cell(arms, ArmResult::seconds));
        cells.add(cell(arms, ArmResult::memberForwards));
        return new Arm(name, BigNasArms.description(name), cells);
    }

    private Cell cell(List<String> arms, ToDoubleFunction<ArmResult> number) {
        return new Cell(seeds.stream()
                .map(seed -> arms.stream()
                        .mapToDouble(arm -> number.applyAsDouble(result(arm, seed)))
                        .sum())
                .toList());
    }

    private List<Double> values(String arm, String metric) {
        return seeds.stream().map(seed -> result(arm, seed).value(metric)).toList();
    }

    private ArmResult result(String arm, long seed) {
        return experiment
                .result(arm, seed)
                .orElseThrow(() -> new IllegalStateException("arm " + arm + ", seed " + seed + " is not done"));
    }
}
