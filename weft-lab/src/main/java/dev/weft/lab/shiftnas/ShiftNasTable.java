package dev.weft.lab.shiftnas;

import dev.weft.lab.ArmResult;
import dev.weft.lab.Claim;
import dev.weft.lab.Claim.Bound;
import dev.weft.lab.Claim.Kind;
import dev.weft.lab.Experiment;
import dev.weft.lab.Judgement;
import dev.weft.lab.shiftnas.Measurements.Choice;
import dev.weft.lab.shiftnas.Measurements.Pick;
import dev.weft.lab.study.Statistics;
import dev.weft.report.ExperimentReport.Arm;
import dev.weft.report.ExperimentReport.Cell;
import dev.weft.report.ExperimentReport.Metric;
import dev.weft.report.ExperimentReport.Outcome;
import dev.weft.trust.RankCorrelation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The finished arms as a table, and the statements about them. */
final class ShiftNasTable {
    private static final double LEAST_CHANCE = 0.01;

    private final Experiment experiment;
    private final List<Long> seeds;
    private final LevelledSpace space;
    private final Measurements measured;

    ShiftNasTable(Experiment experiment, List<Long> seeds, LevelledSpace space, Measurements measured) {
        this.experiment = experiment;
        this.seeds = seeds;
        this.space = space;
        this.measured = measured;
    }

    List<Metric> metrics() {
        List<Metric> metrics = new ArrayList<>();
        for (int k = 0; k < space.levels(); k++) {
            metrics.add(new Metric("level " + (k + 1), "% test accuracy", 2, true));
        }
        metrics.add(new Metric("hits", "% within one level", 1, false));
        metrics.add(new Metric("training time", "s", 1, false));
        return metrics;
    }

    List<Arm> arms() {
        return ShiftNasArms.NAMES.stream()
                .map(name -> new Arm(name, ShiftNasArms.description(name), cells(name)))
                .toList();
    }

    private List<Cell> cells(String arm) {
        List<Cell> cells = new ArrayList<>();
        for (int k = 0; k < space.levels(); k++) {
            cells.add(new Cell(values(arm, ShiftNasMeasurement.accuracy(k))));
        }
        cells.add(new Cell(
                ShiftNasArms.WITH_GENERATOR.contains(arm) ? values(arm, ShiftNasMeasurement.HITS) : List.of()));
        cells.add(
                new Cell(seeds.stream().map(seed -> result(arm, seed).seconds()).toList()));
        return cells;
    }

    /** The values of a metric of an arm, one per seed. */
    List<Double> values(String arm, String metric) {
        return seeds.stream().map(seed -> result(arm, seed).value(metric)).toList();
    }

    /** The values of a metric of an arm, one per seed. */
    @FunctionalInterface
    interface Values {
        List<Double> of(String arm, String metric);
    }

    List<Judgement> judgements() {
        List<Judgement> judged = new ArrayList<>();
        judged.add(visits(
                IntStream.range(0, space.levels())
                        .mapToObj(k -> values(ShiftNasArms.OPERATIONS, ShiftNasMeasurement.visits(k)).stream()
                                .mapToDouble(Double::doubleValue)
                                .sum())
                        .toList(),
                space.shares()));
        judged.addAll(judgements(this::values, space.starved(), space.fed()));
        judged.add(chosen());
        measured.simulations().forEach(simulation -> judged.add(simulation.judgement()));
        return judged;
    }

    /** The statements about arms, judged on any numbers. */
    static List<Judgement> judgements(Values values, List<Integer> starved, List<Integer> fed) {
        List<Integer> all =
                IntStream.range(0, starved.size() + fed.size()).boxed().toList();
        String a = ShiftNasArms.OPERATIONS;
        String b = ShiftNasArms.LEVELS;
        String c = ShiftNasArms.LEARNED;
        List<Judgement> judged = new ArrayList<>();
        for (String arm : List.of(b, c)) {
            judged.add(new Claim(
                            "members of arm " + arm + "'s generator within one level of the one asked for",
                            Kind.CLAIM,
                            Bound.AT_LEAST,
                            90,
                            "%",
                            1)
                    .judge(values.of(arm, ShiftNasMeasurement.HITS)));
        }
        judged.add(difference(values, "levels that uniform operations starve " + names(starved), c, a, starved)
                .judged(Kind.CLAIM, 0.5));
        judged.add(
                difference(values, "the other levels " + names(fed), c, a, fed).judged(Kind.CLAIM, -0.5));
        judged.add(noted(
                difference(values, "mean of all levels", c, b, all).judged(Kind.CLAIM, -0.2),
                " The paper's own ablation; at this scale the difference may lie within noise."));
        judged.add(
                new Claim("level probabilities of C, largest minus smallest", Kind.CLAIM, Bound.AT_LEAST, 0.03, "", 3)
                        .judge(spread(values, c, all)));
        judged.add(new Claim(
                        "rank correlation over levels of C's probability with how much the level's loss fell in an interval",
                        Kind.CLAIM,
                        Bound.AT_LEAST,
                        0,
                        "",
                        2)
                .judge(agreement(values, c, all)));
        judged.add(difference(values, "levels that uniform operations starve " + names(starved), b, a, starved)
                .judged(Kind.REPORT, 0));
        judged.add(difference(values, "levels that uniform operations starve " + names(starved), "D", b, starved)
                .judged(Kind.REPORT, 0));
        judged.add(difference(values, "mean of all levels", ShiftNasArms.PATHWISE, c, all)
                .judged(Kind.REPORT, 0));
        return judged;
    }

    private record Difference(String text, List<Double> values) {
        Judgement judged(Kind kind, double least) {
            return new Claim(text, kind, Bound.AT_LEAST, least).judge(values);
        }
    }

    private static Difference difference(
            Values values, String what, String first, String second, List<Integer> levels) {
        return new Difference(
                what + ", " + first + " minus " + second,
                Statistics.differences(mean(values, first, levels), mean(values, second, levels)));
    }

    private static List<Double> mean(Values values, String arm, List<Integer> levels) {
        List<List<Double>> byLevel = levels.stream()
                .map(k -> values.of(arm, ShiftNasMeasurement.accuracy(k)))
                .toList();
        return IntStream.range(0, byLevel.get(0).size())
                .mapToObj(i -> Statistics.mean(
                        byLevel.stream().map(level -> level.get(i)).toList()))
                .toList();
    }

    private static List<Double> spread(Values values, String arm, List<Integer> levels) {
        return bySeed(values, arm, levels, ShiftNasMeasurement::probability).stream()
                .map(p -> p.stream().mapToDouble(v -> v).max().orElseThrow()
                        - p.stream().mapToDouble(v -> v).min().orElseThrow())
                .toList();
    }

    private static List<Double> agreement(Values values, String arm, List<Integer> levels) {
        List<List<Double>> probabilities = bySeed(values, arm, levels, ShiftNasMeasurement::probability);
        List<List<Double>> changes = bySeed(values, arm, levels, ShiftNasMeasurement::lossChange);
        return IntStream.range(0, probabilities.size())
                .mapToObj(i -> RankCorrelation.spearman(
                        probabilities.get(i),
                        changes.get(i).stream().map(change -> -change).toList()))
                .toList();
    }

    /** The values of all levels, for each seed. */
    private static List<List<Double>> bySeed(
            Values values, String arm, List<Integer> levels, IntFunction<String> metric) {
        int seeds = values.of(arm, metric.apply(0)).size();
        return IntStream.range(0, seeds)
                .mapToObj(i -> levels.stream()
                        .map(k -> values.of(arm, metric.apply(k)).get(i))
                        .toList())
                .toList();
    }

    private static String names(List<Integer> levels) {
        return "(" + String.join(", ", levels.stream().map(k -> "" + (k + 1)).toList()) + ")";
    }

    private static Judgement noted(Judgement judged, String words) {
        return new Judgement(
                judged.text(),
                judged.kind(),
                judged.outcome(),
                judged.threshold(),
                judged.mean(),
                judged.interval(),
                judged.sentence() + words);
    }

    /**
     * Whether as many members of each level were trained as enumeration says: Pearson's test on the visits of all seeds. Held unless
     * chance alone gives so large a distance less than once in a hundred times.
     */
    static Judgement visits(List<Double> counts, List<Double> shares) {
        double all = counts.stream().mapToDouble(Double::doubleValue).sum();
        double distance = 0;
        double gap = 0;
        for (int k = 0; k < shares.size(); k++) {
            double expected = all * shares.get(k);
            distance += (counts.get(k) - expected) * (counts.get(k) - expected) / expected;
            gap = Math.max(gap, Math.abs(counts.get(k) / all - shares.get(k)));
        }
        double chance = Statistics.chiSquareTail(distance, shares.size() - 1);
        return new Judgement(
                "visits of A against enumerated shares",
                Kind.CLAIM,
                chance >= LEAST_CHANCE ? Outcome.HELD : Outcome.NOT_HELD,
                LEAST_CHANCE,
                chance,
                null,
                String.format(
                        Locale.ROOT,
                        "Claim: A visits levels as often as enumeration says; of %.0f visits the share of a level is off by at"
                                + " most %.2f points (chi-square %.1f, which chance exceeds with probability %.2f; below %s it"
                                + " would not hold).",
                        all,
                        100 * gap,
                        distance,
                        chance,
                        LEAST_CHANCE));
    }

    /** One member a level, C's from its generator and A's the best of random ones: only where C's is of the level it was asked for. */
    private Judgement chosen() {
        List<Double> differences = new ArrayList<>();
        int misses = 0;
        for (long seed : seeds) {
            Choice generated = choice(ShiftNasArms.LEARNED, seed);
            Choice best = choice(ShiftNasArms.OPERATIONS, seed);
            List<Double> own = new ArrayList<>();
            for (int k = 0; k < space.levels(); k++) {
                Pick pick = generated.picks().get(k);
                if (pick.found() == k) {
                    own.add(pick.reportAccuracy() - best.picks().get(k).reportAccuracy());
                } else {
                    misses++;
                }
            }
            if (!own.isEmpty()) {
                differences.add(Statistics.mean(own));
            }
        }
        String text = "the member that C's generator gives for a level minus the best of random ones of the level in A";
        if (differences.isEmpty()) {
            return new Judgement(
                    text,
                    Kind.REPORT,
                    Outcome.UNDECIDED,
                    0,
                    0,
                    null,
                    "Reported: " + text + ": not measured, for no generated member was of the level asked for.");
        }
        return noted(
                new Claim(text, Kind.REPORT, Bound.AT_LEAST, 0).judge(differences),
                String.format(
                        Locale.ROOT,
                        " Of %d generated members %d were of another level and do not count.",
                        seeds.size() * space.levels(),
                        misses));
    }

    Choice choice(String arm, long seed) {
        return measured.choices().stream()
                .filter(choice -> choice.arm().equals(arm) && choice.seed() == seed)
                .findFirst()
                .orElseThrow();
    }

    private ArmResult result(String arm, long seed) {
        return experiment
                .result(arm, seed)
                .orElseThrow(() -> new IllegalStateException("arm " + arm + ", seed " + seed + " is not done"));
    }
}
