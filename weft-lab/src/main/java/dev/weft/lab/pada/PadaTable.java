package dev.weft.lab.pada;

import dev.weft.lab.Claim;
import dev.weft.lab.Claim.Bound;
import dev.weft.lab.Claim.Kind;
import dev.weft.lab.Judgement;
import dev.weft.lab.cells.GroundTruth;
import dev.weft.lab.pada.PadaWork.Measured;
import dev.weft.lab.study.Statistics;
import dev.weft.report.ExperimentReport.Arm;
import dev.weft.report.ExperimentReport.Cell;
import dev.weft.report.ExperimentReport.Metric;
import dev.weft.trust.RankCorrelation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The finished arms as a table, and the statements about it. */
final class PadaTable {
    static final String TAU = "τ of all anchors";
    static final String RELATIVE = "tr Var / ‖mean‖² at the end";

    static final List<Metric> METRICS = List.of(
            new Metric(TAU, "", 3, true),
            new Metric("regret of the top 5", "points", 2, false),
            new Metric("anchors, inherited", "%", 2, true),
            new Metric("tr Var at the end", "", 4, false),
            new Metric(RELATIVE, "", 1, false),
            new Metric("entropy of operations", "nats", 3, false),
            new Metric("distinct examples of the next epoch", "", 0, false),
            new Metric("passes", "", 0, false),
            new Metric("training time", "s", 0, false));

    private final GroundTruth truth;
    private final List<Long> seeds;
    private final List<Measured> measured;

    PadaTable(GroundTruth truth, List<Long> seeds, List<Measured> measured) {
        this.truth = truth;
        this.seeds = seeds;
        this.measured = measured;
    }

    List<Long> seeds() {
        return seeds;
    }

    List<Measured> of(String arm) {
        return measured.stream().filter(one -> one.members().arm().equals(arm)).toList();
    }

    List<Arm> rows() {
        return PadaArms.ALL.stream()
                .map(arm -> new Arm(arm, PadaArms.description(arm), cells(arm)))
                .toList();
    }

    private List<Cell> cells(String arm) {
        return List.of(
                cell(arm, one -> one.members().ranking(truth).tau()),
                cell(arm, one -> one.members().ranking(truth).regret(5)),
                cell(arm, one -> 100 * one.members().ranking(truth).meanInherited()),
                cell(arm, one -> last(one).variance()),
                cell(arm, one -> last(one).relative()),
                cell(arm, one -> last(one).sampling().getOrDefault("pathEntropy", Double.NaN)),
                cell(arm, one -> last(one).sampling().getOrDefault("distinctExamples", Double.NaN)),
                cell(arm, one -> one.result().memberForwards()),
                cell(arm, one -> one.result().seconds()));
    }

    /** Numbers that an arm does not have are left out. */
    private Cell cell(String arm, ToDoubleFunction<Measured> number) {
        return new Cell(values(arm, number).stream().filter(v -> !v.isNaN()).toList());
    }

    private List<Double> values(String arm, ToDoubleFunction<Measured> number) {
        return of(arm).stream().map(number::applyAsDouble).toList();
    }

    private static PadaProbe last(Measured one) {
        return one.probes().get(one.probes().size() - 1);
    }

    List<Judgement> judgements() {
        List<Judgement> judged = new ArrayList<>(exact(of(PadaArms.UNIFORM).stream()
                .map(one -> one.probes().stream().map(PadaProbe::exact).toList())
                .toList()));
        judged.addAll(rankings((arm, metric) -> values(
                arm,
                metric.equals(TAU) ? one -> tau(one) : one -> Math.log(last(one).relative()))));
        judged.add(new Claim(
                        "Kendall's τ of the anchors, " + PadaArms.BOTH + " minus ranking them by their parameters",
                        Kind.REPORT,
                        Bound.AT_LEAST,
                        0,
                        "",
                        3)
                .judge(values(PadaArms.BOTH, one -> tau(one) - byParameters(truth))));
        return judged;
    }

    /** Kendall's τ when anchors are ranked by how many parameters they have: what a ranking is to beat. */
    static double byParameters(GroundTruth truth) {
        return RankCorrelation.kendall(
                truth.anchors().stream().map(anchor -> (double) anchor.params()).toList(), truth.accuracies());
    }

    /** The rank correlation τ. Where all scores tie they order nothing: no correlation. */
    private double tau(Measured one) {
        double tau = one.members().ranking(truth).tau();
        return Double.isNaN(tau) ? 0 : tau;
    }

    /** The values of a metric of an arm, one per seed. */
    @FunctionalInterface
    interface Values {
        List<Double> of(String arm, String metric);
    }

    /** What the theory says of one fixed member, by seed the mean over checkpoints. */
    static List<Judgement> exact(List<List<PadaProbe.Exact>> bySeed) {
        return List.of(
                new Claim(
                                "variance that is saved when examples are drawn by their exact gradient norms, enumerated",
                                Kind.CLAIM,
                                Bound.AT_LEAST,
                                5,
                                "percent",
                                1)
                        .judge(means(bySeed, exact -> 100 * (1 - exact.optimal()))),
                new Claim(
                                "the same when drawn by the norm in the logits, a tenth uniformly",
                                Kind.REPORT,
                                Bound.AT_LEAST,
                                0,
                                "percent",
                                1)
                        .judge(means(bySeed, exact -> 100 * (1 - exact.surrogate()))),
                new Claim(
                                "rank correlation of exact norms and those in the logits",
                                Kind.REPORT,
                                Bound.AT_LEAST,
                                0,
                                "",
                                3)
                        .judge(means(bySeed, PadaProbe.Exact::correlation)));
    }

    private static List<Double> means(List<List<PadaProbe.Exact>> bySeed, ToDoubleFunction<PadaProbe.Exact> number) {
        return bySeed.stream()
                .map(all -> all.stream().mapToDouble(number).average().orElseThrow())
                .toList();
    }

    /** The statements about arms, judged on any numbers; relative variances by their logarithm. */
    static List<Judgement> rankings(Values values) {
        List<Judgement> judged = new ArrayList<>();
        judged.add(tau(values, PadaArms.BOTH, Kind.CLAIM, -0.05));
        for (String arm : PadaArms.ALL) {
            if (!arm.equals(PadaArms.UNIFORM)) {
                judged.add(tau(values, arm, Kind.REPORT, 0));
            }
        }
        for (String arm : PadaArms.ALL) {
            if (!arm.equals(PadaArms.UNIFORM)) {
                judged.add(new Claim(
                                "logarithm of " + RELATIVE + ", " + arm + " minus " + PadaArms.UNIFORM,
                                Kind.REPORT,
                                Bound.AT_MOST,
                                0,
                                "",
                                2)
                        .judge(Statistics.differences(
                                values.of(arm, RELATIVE), values.of(PadaArms.UNIFORM, RELATIVE))));
            }
        }
        return judged;
    }

    private static Judgement tau(Values values, String arm, Kind kind, double threshold) {
        return new Claim(
                        "Kendall's τ of the anchors, " + arm + " minus " + PadaArms.UNIFORM,
                        kind,
                        Bound.AT_LEAST,
                        threshold,
                        "",
                        3)
                .judge(Statistics.differences(values.of(arm, TAU), values.of(PadaArms.UNIFORM, TAU)));
    }

    /** The probability of each operation after each probed epoch, of an arm that draws by norm. */
    static Map<String, Double> operations(PadaProbe probe) {
        Map<String, Double> operations = new LinkedHashMap<>();
        probe.sampling().forEach((name, value) -> {
            if (name.startsWith("option=")) {
                operations.put(name.substring("option=".length()), value);
            }
        });
        return operations;
    }
}
