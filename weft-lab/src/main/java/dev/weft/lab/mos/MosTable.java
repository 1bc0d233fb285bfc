package dev.weft.lab.mos;

import dev.weft.lab.ArmResult;
import dev.weft.lab.Claim;
import dev.weft.lab.Claim.Bound;
import dev.weft.lab.Claim.Kind;
import dev.weft.lab.Judgement;
import dev.weft.lab.study.Statistics;
import dev.weft.report.ExperimentReport.Arm;
import dev.weft.report.ExperimentReport.Cell;
import dev.weft.report.ExperimentReport.Metric;
import dev.weft.report.ExperimentReport.Outcome;
import dev.weft.space.Member;
import dev.weft.trust.RankCorrelation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;

/** The finished arms as a table, and the statements about it. */
final class MosTable {
    static final String LOSS = "nats/character";
    static final List<Metric> METRICS = List.of(
            new Metric("mean loss of the six members", LOSS, 4, true),
            new Metric("gap to training alone", LOSS, 4, true),
            new Metric("Kendall τ to training alone", "", 2, false),
            new Metric("conflict regression", "mean squared error", 4, true),
            new Metric("parameters in training", "", 0, false),
            new Metric("deployed, largest", "parameters", 0, false),
            new Metric("training time", "s", 0, false),
            new Metric("member-forwards", "", 0, false));
    /** What collapsing may change by rounding. */
    private static final double SAME = 1e-5;

    /** Finished arms. */
    @FunctionalInterface
    interface Measured {
        ArmResult of(String arm, long seed);
    }

    /** Finished conflict regressions. */
    @FunctionalInterface
    interface Regressions {
        ConflictRegression.Outcome of(MosSharing sharing, long seed);
    }

    private final MosArms arms;
    private final MosMembers members;
    private final Measured measured;
    private final List<Long> seeds;
    private final Regressions regressions;
    private final List<Long> regressionSeeds;
    private final double deployed;

    /** @param deployed parameters of the largest member as a model of its own */
    MosTable(
            MosArms arms,
            MosMembers members,
            Measured measured,
            List<Long> seeds,
            Regressions regressions,
            int regressionSeeds,
            double deployed) {
        this.arms = arms;
        this.members = members;
        this.measured = measured;
        this.seeds = seeds;
        this.regressions = regressions;
        this.regressionSeeds =
                LongStream.rangeClosed(1, regressionSeeds).boxed().toList();
        this.deployed = deployed;
    }

    /** The rows, by the name of the arm; several trainings make one row of few-shot supernets and of members trained alone. */
    List<Arm> rows() {
        List<Arm> rows = new ArrayList<>();
        for (MosSharing sharing : MosSharing.values()) {
            rows.add(row(sharing.arm(), sharing.description(), List.of(sharing.arm()), Optional.of(sharing)));
        }
        rows.add(row(
                MosArms.FEW_SHOT_HALF,
                "two supernets, one for each half of the first MLP's widths, half of the steps each",
                parts(MosArms.FEW_SHOT_HALF),
                Optional.empty()));
        rows.add(row(
                MosArms.FEW_SHOT,
                "the same, all steps each: twice the training",
                parts(MosArms.FEW_SHOT),
                Optional.empty()));
        List<String> alone = members.alone().stream().map(MosArms::alone).toList();
        rows.add(new Arm(
                MosArms.ALONE,
                "three of the members, each trained alone for as many steps: " + String.join(", ", members.alone()),
                List.of(
                        new Cell(List.of()),
                        new Cell(List.of()),
                        new Cell(List.of()),
                        new Cell(List.of()),
                        cell(alone, r -> r.value(MosMeasurement.PARAMETERS)),
                        new Cell(List.of(deployed)),
                        cell(alone, ArmResult::seconds),
                        cell(alone, ArmResult::memberForwards))));
        return rows;
    }

    private Arm row(String name, String description, List<String> trained, Optional<MosSharing> regression) {
        List<Double> tau = seeds.stream().map(seed -> tau(name, seed)).toList();
        return new Arm(
                name,
                description,
                List.of(
                        new Cell(means(name)),
                        new Cell(gaps(name)),
                        new Cell(tau.stream().anyMatch(t -> t.isNaN()) ? List.of() : tau),
                        new Cell(regression.map(this::regression).orElse(List.of())),
                        cell(trained, r -> r.value(MosMeasurement.PARAMETERS)),
                        new Cell(List.of(deployed)),
                        cell(trained, ArmResult::seconds),
                        cell(trained, ArmResult::memberForwards)));
    }

    private static List<String> parts(String fewShot) {
        return List.of(MosArms.Part.NARROW.arm(fewShot), MosArms.Part.WIDE.arm(fewShot));
    }

    /** The inherited loss of a member in an arm, one a seed. */
    List<Double> losses(String row, String member) {
        return seeds.stream().map(seed -> loss(row, member, seed)).toList();
    }

    /** The loss of a member trained alone, one a seed; empty for those that were not. */
    List<Double> alone(String member) {
        return members.alone().contains(member)
                ? seeds.stream().map(seed -> alone(member, seed)).toList()
                : List.of();
    }

    private double loss(String row, String member, long seed) {
        Member which = members.evaluated().get(member);
        boolean fewShot = row.equals(MosArms.FEW_SHOT) || row.equals(MosArms.FEW_SHOT_HALF);
        String arm = fewShot ? arms.part(which).arm(row) : row;
        return measured.of(arm, seed).value(member);
    }

    private double alone(String member, long seed) {
        return measured.of(MosArms.alone(member), seed).value(member);
    }

    /** Mean over the six members, one a seed. */
    List<Double> means(String row) {
        return seeds.stream()
                .map(seed -> members.evaluated().keySet().stream()
                        .mapToDouble(member -> loss(row, member, seed))
                        .average()
                        .orElseThrow())
                .toList();
    }

    /** Inherited minus alone, mean over the members that were trained alone, one a seed. */
    List<Double> gaps(String row) {
        return seeds.stream()
                .map(seed -> members.alone().stream()
                        .mapToDouble(member -> loss(row, member, seed) - alone(member, seed))
                        .average()
                        .orElseThrow())
                .toList();
    }

    private double tau(String row, long seed) {
        return RankCorrelation.kendall(
                members.alone().stream().map(member -> loss(row, member, seed)).toList(),
                members.alone().stream().map(member -> alone(member, seed)).toList());
    }

    int regressionSeeds() {
        return regressionSeeds.size();
    }

    /** Mean squared error of the conflict regression over its members, one a seed. */
    List<Double> regression(MosSharing sharing) {
        return regressionSeeds.stream()
                .map(seed -> regressions.of(sharing, seed).mean())
                .toList();
    }

    private List<Double> ratios(MosSharing sharing) {
        List<Double> own = regression(sharing);
        List<Double> standard = regression(MosSharing.STANDARD);
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < own.size(); i++) {
            ratios.add(own.get(i) / standard.get(i));
        }
        return ratios;
    }

    /** Losses of the arms' members by arm and member, one a seed. */
    Map<String, Map<String, List<Double>>> allLosses() {
        Map<String, Map<String, List<Double>>> all = new LinkedHashMap<>();
        List<String> names = new ArrayList<>();
        for (MosSharing sharing : MosSharing.values()) {
            names.add(sharing.arm());
        }
        names.addAll(List.of(MosArms.FEW_SHOT_HALF, MosArms.FEW_SHOT));
        for (String row : names) {
            Map<String, List<Double>> own = new LinkedHashMap<>();
            members.evaluated().keySet().forEach(member -> own.put(member, losses(row, member)));
            all.put(row, own);
        }
        Map<String, List<Double>> own = new LinkedHashMap<>();
        members.alone().forEach(member -> own.put(member, alone(member)));
        all.put(MosArms.ALONE, own);
        return all;
    }

    /** Errors of the conflict regression by arm and width, one a seed. */
    Map<String, Map<String, List<Double>>> allErrors(List<Integer> widths) {
        Map<String, Map<String, List<Double>>> all = new LinkedHashMap<>();
        for (MosSharing sharing : MosSharing.values()) {
            Map<String, List<Double>> own = new LinkedHashMap<>();
            for (int i = 0; i < widths.size(); i++) {
                int index = i;
                own.put(
                        "" + widths.get(i),
                        regressionSeeds.stream()
                                .map(seed ->
                                        regressions.of(sharing, seed).errors().get(index))
                                .toList());
            }
            all.put(sharing.arm(), own);
        }
        return all;
    }

    private Cell cell(List<String> trained, ToDoubleFunction<ArmResult> number) {
        return new Cell(seeds.stream()
                .map(seed -> trained.stream()
                        .mapToDouble(arm -> number.applyAsDouble(measured.of(arm, seed)))
                        .sum())
                .toList());
    }

    /** The statements of the specification. */
    List<Judgement> judgements(WindowSearch.Found found) {
        List<Judgement> judged = new ArrayList<>();
        for (MosSharing sharing : List.of(MosSharing.LAYER_WISE, MosSharing.NEURON_WISE)) {
            judged.add(new Claim(
                            "conflict regression, error of " + sharing.arm() + " over standard",
                            Kind.CLAIM,
                            Bound.AT_MOST,
                            0.5,
                            "",
                            2)
                    .judge(ratios(sharing)));
        }
        judged.add(new Claim(
                        "conflict regression, error of fixed-input over standard, minus 1",
                        Kind.CLAIM,
                        Bound.WITHIN,
                        0.1,
                        "",
                        2)
                .judge(ratios(MosSharing.FIXED_INPUT).stream().map(r -> r - 1).toList()));
        for (MosSharing sharing : List.of(MosSharing.LAYER_WISE, MosSharing.NEURON_WISE)) {
            String name = sharing.arm();
            judged.add(nats("mean loss, standard minus " + name, Kind.CLAIM, Bound.AT_LEAST, 0.01)
                    .judge(Statistics.differences(means(MosSharing.STANDARD.arm()), means(name))));
            judged.add(nats("gap to training alone, standard minus " + name, Kind.CLAIM, Bound.AT_LEAST, 0)
                    .judge(Statistics.differences(gaps(MosSharing.STANDARD.arm()), gaps(name))));
        }
        judged.add(nats("mean loss, fixed-input minus standard", Kind.CLAIM, Bound.WITHIN, 0.005)
                .judge(Statistics.differences(means(MosSharing.FIXED_INPUT.arm()), means(MosSharing.STANDARD.arm()))));
        for (String fewShot : List.of(MosArms.FEW_SHOT_HALF, MosArms.FEW_SHOT)) {
            judged.add(nats("mean loss, " + fewShot + " minus layer-wise", Kind.REPORT, Bound.AT_LEAST, 0)
                    .judge(Statistics.differences(means(fewShot), means(MosSharing.LAYER_WISE.arm()))));
        }
        judged.add(same(found));
        return judged;
    }

    private static Claim nats(String text, Kind kind, Bound bound, double threshold) {
        return new Claim(text, kind, bound, threshold, "nats", 4);
    }

    /** Whether static models lose as their routed members do; it is exact, so one that does not decides it. */
    private Judgement same(WindowSearch.Found found) {
        double most = Math.abs(found.collapsedLoss() - found.reportLoss());
        int compared = 1;
        for (MosSharing sharing : MosSharing.values()) {
            for (long seed : sharing.hasExperts() ? seeds : List.<Long>of()) {
                most = Math.max(most, measured.of(sharing.arm(), seed).value(MosMeasurement.COLLAPSE));
                compared += members.evaluated().size();
            }
        }
        String text = "largest difference between the losses of collapsed and routed members";
        return new Judgement(
                text,
                Kind.CLAIM,
                most <= SAME ? Outcome.HELD : Outcome.NOT_HELD,
                SAME,
                most,
                null,
                String.format(
                        Locale.ROOT,
                        "Claim: %s at most %.0e nats expected; measured %.1e over %d members.",
                        text,
                        SAME,
                        most,
                        compared));
    }
}
