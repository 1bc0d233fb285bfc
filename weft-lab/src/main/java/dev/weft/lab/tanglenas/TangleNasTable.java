package dev.weft.lab.tanglenas;

import dev.weft.lab.Claim;
import dev.weft.lab.Claim.Bound;
import dev.weft.lab.Claim.Kind;
import dev.weft.lab.Judgement;
import dev.weft.lab.study.Statistics;
import dev.weft.lab.tanglenas.Measurements.Alone;
import dev.weft.lab.tanglenas.Measurements.Seed;
import dev.weft.report.ExperimentReport.Arm;
import dev.weft.report.ExperimentReport.Cell;
import dev.weft.report.ExperimentReport.Metric;
import dev.weft.report.ExperimentReport.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/** What was measured as a table, and the statements about it. */
final class TangleNasTable {
    private static final String ACCURACY = "% test accuracy";
    static final List<Metric> METRICS = List.of(
            new Metric("trained alone", ACCURACY, 2, true),
            new Metric("inherited", ACCURACY, 2, true),
            new Metric("parameters", "thousand", 1, false),
            new Metric("multiply-adds", "million", 2, false),
            new Metric("search", "s", 0, false),
            new Metric("weights stored", "KiB", 0, false),
            new Metric("step", "ms", 1, false));

    private final Measurements measured;

    TangleNasTable(Measurements measured) {
        this.measured = measured;
    }

    List<Arm> arms() {
        List<Arm> arms = new ArrayList<>();
        for (String name : measured.seedResults().get(0).alone().keySet()) {
            arms.add(new Arm(name, description(name), cells(name)));
        }
        return arms;
    }

    /** What the table says of a row. */
    static String description(String name) {
        return switch (name) {
            case TangleNasArms.ENTANGLED -> "TangleNAS: entangled weights, Dirichlet draws; what its logits chose";
            case TangleNasArms.WITHIN_BUDGET -> "as A, with a term for parameters beyond a budget";
            case TangleNasArms.SEPARATE -> "as A, every combination of options with weights of its own";
            case "A-softmax" -> "as A, mixing weights by softmax (DARTS)";
            case "A-sparsemax" -> "as A, mixing weights by sparsemax";
            case "A-gumbel" -> "as A, one option a draw (GDAS)";
            case TangleNasReproduction.RANDOM_CHOICE ->
                "single path (SPOS) as many gradient steps as A, then random search";
            case TangleNasReproduction.EVOLVED_CHOICE -> "the same weights as C-random, then evolution";
            case Measurements.RANDOM -> "mean of uniformly random members";
            case Measurements.MATCHED ->
                "mean of random members with as many parameters as A's choice, give or take 15 %";
            case Measurements.LARGEST -> "the largest member";
            default -> throw new IllegalArgumentException("no arm " + name);
        };
    }

    private List<Cell> cells(String name) {
        return List.of(
                cell(name, Alone::accuracy),
                new Cell(measured.seedResults().stream()
                        .map(seed -> seed.chosenBy(name))
                        .filter(Objects::nonNull)
                        .map(Chosen::inherited)
                        .toList()),
                cell(name, alone -> alone.params() / 1e3),
                cell(name, alone -> alone.macs() / 1e6),
                new Cell(measured.seedResults().stream()
                        .map(seed -> seed.chosenBy(name))
                        .filter(Objects::nonNull)
                        .map(Chosen::seconds)
                        .toList()),
                new Cell(
                        stored(name) == null
                                ? List.of()
                                : List.of(measured.steps().weights().get(stored(name)) * Float.BYTES / 1024.0)),
                new Cell(
                        timed(name) == null
                                ? List.of()
                                : List.of(measured.steps().medianMillis(timed(name)))));
    }

    /** Whose stored weights a row has; {@code null} for rows of several members. */
    private String stored(String name) {
        return switch (name) {
            case TangleNasArms.SEPARATE -> TangleNasArms.SEPARATE;
            case Measurements.RANDOM, Measurements.MATCHED -> null;
            // Single path stores what the largest member has.
            case Measurements.LARGEST, TangleNasReproduction.RANDOM_CHOICE, TangleNasReproduction.EVOLVED_CHOICE ->
                measured.plain();
            default -> TangleNasArms.ENTANGLED;
        };
    }

    /** Whose step was timed for a row; {@code null} where none was. */
    private String timed(String name) {
        return switch (name) {
            case TangleNasArms.ENTANGLED, TangleNasArms.SEPARATE -> name;
            case Measurements.LARGEST -> measured.plain();
            default -> null;
        };
    }

    private Cell cell(String name, ToDoubleFunction<Alone> number) {
        return new Cell(measured.seedResults().stream()
                .filter(seed -> seed.alone().containsKey(name))
                .map(seed -> seed.alone().get(name).stream()
                        .mapToDouble(number)
                        .average()
                        .orElseThrow())
                .toList());
    }

    /** The statements of the specification. */
    List<Judgement> judgements() {
        List<Judgement> judged = new ArrayList<>();
        judged.add(weights(
                measured.largest().params(),
                measured.steps().weights().get(measured.plain()),
                measured.steps().weights().get(TangleNasArms.ENTANGLED),
                measured.steps().weights().get(TangleNasArms.SEPARATE),
                measured.options()));
        judged.add(stepTime(
                measured.steps().millis().get(TangleNasArms.ENTANGLED),
                measured.steps().millis().get(TangleNasArms.SEPARATE),
                measured.steps().millis().get(measured.plain())));
        judged.addAll(accuracies(this::alone));
        judged.add(new Claim("inherited accuracy, A minus C-random", Kind.REPORT, Bound.AT_LEAST, 0)
                .judge(Statistics.differences(
                        inherited(TangleNasArms.ENTANGLED), inherited(TangleNasReproduction.RANDOM_CHOICE))));
        judged.add(measured.smallSpace().judgement());
        return judged;
    }

    /** The accuracies of a row, one per seed. */
    @FunctionalInterface
    interface Accuracies {
        List<Double> of(String row);
    }

    /** The statements about accuracy, judged on any numbers. */
    static List<Judgement> accuracies(Accuracies accuracies) {
        List<Judgement> judged = new ArrayList<>();
        judged.add(above(accuracies, "mean of random members (D)", Measurements.RANDOM, Kind.CLAIM, 0.5));
        judged.add(above(accuracies, "C-random", TangleNasReproduction.RANDOM_CHOICE, Kind.CLAIM, -0.5));
        judged.add(above(accuracies, "C-evolution", TangleNasReproduction.EVOLVED_CHOICE, Kind.CLAIM, -0.5));
        judged.add(matched(above(
                accuracies, "mean of random members of its cost (D-matched)", Measurements.MATCHED, Kind.GOAL, 0)));
        judged.add(above(accuracies, "the largest member", Measurements.LARGEST, Kind.REPORT, 0));
        return judged;
    }

    private static Judgement above(Accuracies accuracies, String what, String row, Kind kind, double threshold) {
        return new Claim("trained alone, A's choice minus " + what, kind, Bound.AT_LEAST, threshold)
                .judge(Statistics.differences(accuracies.of(TangleNasArms.ENTANGLED), accuracies.of(row)));
    }

    /** Says in words what the comparison that matters most came to: large members win, so cost must be equal. */
    private static Judgement matched(Judgement judged) {
        String words =
                switch (judged.outcome()) {
                    case HELD -> " A's choice beats random members of its cost.";
                    case NOT_HELD -> " A's choice does not beat random members of its cost.";
                    case UNDECIDED, NOT_TESTED ->
                        judged.mean() > 0
                                ? " That A's choice beats random members of its cost is not shown."
                                : " A's choice does not beat random members of its cost here.";
                };
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
     * Entangled weights are those of the largest member and one logit an option, to the last one; separate ones are more than twice as
     * many.
     *
     * @param largest parameters that the largest member uses
     * @param plain stored weights of the largest member trained alone
     * @param options of all choices together
     */
    static Judgement weights(long largest, long plain, long entangled, long separate, int options) {
        boolean holds = plain == largest && entangled == largest + options && separate > 2 * entangled;
        return new Judgement(
                "weights stored by A, the largest member and B",
                Kind.CLAIM,
                holds ? Outcome.HELD : Outcome.NOT_HELD,
                0,
                entangled - largest,
                null,
                String.format(
                        Locale.ROOT,
                        "Claim: A stores the weights of the largest member and its logits, B far more; counted %,d for the largest,"
                                + " %,d for A, whose options have %d logits, %,d for B (%.1f times A).",
                        largest,
                        entangled,
                        options,
                        separate,
                        (double) separate / entangled));
    }

    /** Whether a step of A takes less time than one of B; of rounds of steps taken in turn, so that seeds play no part. */
    static Judgement stepTime(List<Double> entangled, List<Double> separate, List<Double> plain) {
        List<Double> differences = Statistics.differences(separate, entangled);
        Statistics.Interval interval = Statistics.interval(differences, 0.95);
        return new Judgement(
                "step time, B minus A",
                Kind.CLAIM,
                interval.low() > 0 ? Outcome.HELD : interval.high() < 0 ? Outcome.NOT_HELD : Outcome.UNDECIDED,
                0,
                Statistics.mean(differences),
                interval,
                String.format(
                        Locale.ROOT,
                        "Claim: a step of A takes less time than one of B; measured %.1f ms against %.1f ms, B minus A %+.1f ms"
                                + " (95 %% interval %+.1f to %+.1f, %d rounds); the largest member alone takes %.1f ms, without a"
                                + " step of logits.",
                        Statistics.mean(entangled),
                        Statistics.mean(separate),
                        Statistics.mean(differences),
                        interval.low(),
                        interval.high(),
                        differences.size(),
                        Statistics.mean(plain)));
    }

    private List<Double> alone(String row) {
        return measured.seedResults().stream().map(s -> s.meanAccuracy(row)).toList();
    }

    private List<Double> inherited(String arm) {
        return measured.seedResults().stream()
                .map((Seed s) -> s.chosenBy(arm).inherited())
                .toList();
    }
}
