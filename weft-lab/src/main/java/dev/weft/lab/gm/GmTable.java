package dev.weft.lab.gm;

import dev.weft.lab.ArmResult;
import dev.weft.lab.Claim;
import dev.weft.lab.Claim.Bound;
import dev.weft.lab.Claim.Kind;
import dev.weft.lab.Judgement;
import dev.weft.lab.cells.AnchorRanking;
import dev.weft.lab.cells.GroundTruth;
import dev.weft.lab.study.Statistics;
import dev.weft.model.CellNetwork.Operation;
import dev.weft.report.ExperimentReport.Arm;
import dev.weft.report.ExperimentReport.Cell;
import dev.weft.report.ExperimentReport.Metric;
import dev.weft.report.ExperimentReport.Outcome;
import dev.weft.tree.TreeRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The finished arms as a table, and the statements about it. */
final class GmTable {
    static final String TAU = "τ of all anchors";
    static final String LOSS = "loss of random members";

    static final List<Metric> METRICS = List.of(
            new Metric(TAU, "", 3, true),
            new Metric("τ within leaves", "", 3, false),
            new Metric("regret of the top 5", "points", 2, false),
            new Metric("anchors, inherited", "%", 2, true),
            new Metric(LOSS, "nats", 4, true),
            new Metric("selected member alone", "%", 2, true),
            new Metric("supernet-epochs", "", 0, false),
            new Metric("passes", "", 0, false),
            new Metric("training time", "s", 0, false));

    private final GmWork work;
    private final GmArms arms;
    private final GroundTruth truth;
    private final List<Long> seeds;
    private final List<GmMeasurement> measured;

    GmTable(GmWork work, GmArms arms, GroundTruth truth, List<Long> seeds, List<GmMeasurement> measured) {
        this.work = work;
        this.arms = arms;
        this.truth = truth;
        this.seeds = seeds;
        this.measured = measured;
    }

    List<Long> seeds() {
        return seeds;
    }

    List<Arm> rows() {
        return GmArms.ALL.stream()
                .map(arm -> new Arm(arm, arms.description(arm), cells(arm)))
                .toList();
    }

    private List<Cell> cells(String arm) {
        return List.of(
                cell(arm, one -> one.ranking(truth).tau()),
                GmArms.isTree(arm) ? cell(arm, this::withinLeaves) : new Cell(List.of()),
                cell(arm, one -> one.ranking(truth).regret(5)),
                cell(arm, one -> 100 * one.ranking(truth).meanInherited()),
                cell(arm, GmMeasurement::meanLoss),
                cell(arm, one -> 100 * work.aloneAccuracy(one.selected())),
                cell(arm, one -> arms.supernetEpochs(arm)),
                result(arm, ArmResult::memberForwards),
                result(arm, ArmResult::seconds));
    }

    /** The mean over the leaves that can be ranked; NaN where there is none. */
    private double withinLeaves(GmMeasurement one) {
        return one.tauWithinLeaves(truth).values().stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElse(Double.NaN);
    }

    /** Seeds of which the number is not defined are left out. */
    private Cell cell(String arm, ToDoubleFunction<GmMeasurement> number) {
        return new Cell(values(arm, number).stream().filter(v -> !v.isNaN()).toList());
    }

    private List<Double> values(String arm, ToDoubleFunction<GmMeasurement> number) {
        return measured.stream()
                .filter(one -> one.arm().equals(arm))
                .map(number::applyAsDouble)
                .toList();
    }

    private Cell result(String arm, ToDoubleFunction<ArmResult> number) {
        return new Cell(seeds.stream()
                .map(seed -> number.applyAsDouble(work.result(arm, seed)))
                .toList());
    }

    /** The values of a metric of an arm, one per seed. */
    @FunctionalInterface
    interface Values {
        List<Double> of(String arm, String metric);
    }

    List<Judgement> judgements(List<GradientMatchingReproduction.Grown> trees) {
        List<TreeRecord> matched = trees.stream()
                .filter(grown -> grown.arm().equals(GmArms.MATCHED))
                .map(GradientMatchingReproduction.Grown::tree)
                .toList();
        List<Judgement> all = new ArrayList<>();
        all.add(closer(matched));
        all.addAll(judgements((arm, metric) ->
                values(arm, metric.equals(LOSS) ? GmMeasurement::meanLoss : one -> tau(one.ranking(truth)))));
        all.add(convolutionsAgree(matched));
        return all;
    }

    /** The rank correlation τ. Where all scores tie they order nothing: no correlation. */
    private static double tau(AnchorRanking ranking) {
        return Double.isNaN(ranking.tau()) ? 0 : ranking.tau();
    }

    /** The statements of the specification about losses and rank correlations, judged on any numbers. */
    static List<Judgement> judgements(Values values) {
        List<Judgement> judged = new ArrayList<>();
        judged.add(loss(values, GmArms.ONE_SHOT, Kind.CLAIM));
        for (String arm : List.of(
                GmArms.LEAF_EPOCHS,
                GmArms.EQUAL_COMPUTE,
                GmArms.RANDOM_PARTITION,
                GmArms.RANDOM_EDGES,
                GmArms.FEW_SHOT)) {
            judged.add(loss(values, arm, Kind.REPORT));
        }
        for (String arm : GmArms.ALL) {
            if (!arm.equals(GmArms.MATCHED) && !arm.equals(GmArms.LEAF_EPOCHS)) {
                judged.add(new Claim(
                                "Kendall's τ of the anchors, " + GmArms.MATCHED + " minus " + arm,
                                Kind.REPORT,
                                Bound.AT_LEAST,
                                0,
                                "",
                                3)
                        .judge(Statistics.differences(values.of(GmArms.MATCHED, TAU), values.of(arm, TAU))));
            }
        }
        return judged;
    }

    private static Judgement loss(Values values, String arm, Kind kind) {
        return new Claim(
                        "loss of random members, " + arm + " minus " + GmArms.MATCHED,
                        kind,
                        Bound.AT_LEAST,
                        0,
                        "nats",
                        4)
                .judge(Statistics.differences(values.of(arm, LOSS), values.of(GmArms.MATCHED, LOSS)));
    }

    /**
     * The distances within the groups of every split, against what a partition into as large groups has on the mean: pairs are inside
     * with equal probability, so it is that part of all distances. Holds by how groups are chosen: it is the code that is judged.
     */
    static Judgement closer(List<TreeRecord> trees) {
        List<Double> differences = new ArrayList<>();
        for (TreeRecord tree : trees) {
            for (TreeRecord.Node node : tree.nodes()) {
                for (TreeRecord.Probe probe : node.probes()) {
                    if (node.split() != null
                            && probe.choice().equals(node.split().choice())) {
                        differences.add(probe.within() - expectedWithin(probe));
                    }
                }
            }
        }
        long right = differences.stream().filter(d -> d <= 1e-9).count();
        double mean = Statistics.mean(differences);
        return new Judgement(
                "distance within groups, by gradient minus by chance",
                Kind.CLAIM,
                right == differences.size() ? Outcome.HELD : Outcome.NOT_HELD,
                0,
                mean,
                null,
                String.format(
                        Locale.ROOT,
                        "Claim: distances within the groups of a split are at most those of a random partition of the same edge, on"
                                + " the mean of all such partitions; so in %d of %d splits, by %.3f on the mean.",
                        right,
                        differences.size(),
                        -mean));
    }

    static double expectedWithin(TreeRecord.Probe probe) {
        long inside = probe.groups().stream()
                .mapToLong(group -> (long) group.size() * (group.size() - 1) / 2)
                .sum();
        int options = probe.options().size();
        return (probe.within() + probe.cut()) * inside / (options * (options - 1) / 2);
    }

    private static Judgement convolutionsAgree(List<TreeRecord> trees) {
        return new Claim(
                        "distance of the convolutions from none minus that from each other, mean over the edges of the root",
                        Kind.REPORT,
                        Bound.AT_LEAST,
                        0,
                        "",
                        3)
                .judge(trees.stream()
                        .map(tree -> tree.node("root").probes().stream()
                                .mapToDouble(GmTable::convolutionsCloser)
                                .average()
                                .orElseThrow())
                        .toList());
    }

    static double convolutionsCloser(TreeRecord.Probe probe) {
        int none = probe.options().indexOf(Operation.NONE.published());
        int one = probe.options().indexOf(Operation.CONV_1.published());
        int three = probe.options().indexOf(Operation.CONV_3.published());
        double[][] distances = probe.matrix();
        return (distances[none][one] + distances[none][three]) / 2 - distances[one][three];
    }
}
