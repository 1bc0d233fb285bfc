package dev.weft.lab.pada;

import static dev.weft.lab.study.Claim.claim;
import static dev.weft.lab.study.Claim.report;
import static dev.weft.lab.study.Quantity.difference;
import static dev.weft.lab.study.Quantity.value;

import dev.weft.lab.cells.CellRanking;
import dev.weft.lab.cells.CellScores;
import dev.weft.lab.cells.GroundTruth;
import dev.weft.lab.cells.JudgedSize;
import dev.weft.lab.study.Arm;
import dev.weft.lab.study.Claim;
import dev.weft.lab.study.Column;
import dev.weft.lab.study.Design;
import dev.weft.lab.study.Findings;
import dev.weft.lab.study.Study;
import dev.weft.lab.study.StudySize;
import dev.weft.lab.study.Trial;
import dev.weft.model.CellNetwork;
import dev.weft.optim.Clipping;
import dev.weft.optim.LearningRateSchedule;
import dev.weft.optim.Optimizer;
import dev.weft.recipe.DataSettings;
import dev.weft.recipe.Recipe;
import dev.weft.report.Fact;
import dev.weft.report.Figure;
import dev.weft.report.FigureGroup;
import dev.weft.report.Plot;
import dev.weft.report.Plot.Mark;
import dev.weft.report.Plot.Point;
import dev.weft.report.Plot.Scale;
import dev.weft.report.Plot.Series;
import dev.weft.sample.Sampler;
import dev.weft.sample.fair.FairSampler;
import dev.weft.sample.norm.GradientNormSampler;
import dev.weft.sample.norm.GradientNormSampler.Data;
import dev.weft.sample.norm.GradientNormSampler.Memory;
import dev.weft.sample.norm.GradientNormSampler.Paths;
import dev.weft.sample.norm.GradientNormSampler.Reweight;
import dev.weft.sample.norm.GradientNormSampler.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The ways of drawing members and examples that are compared, in one supernet with one optimiser and equally many passes. */
public final class PadaDesign implements Design {
    public static final Study STUDY = Study.of(
            "pa-da",
            PadaSize.class,
            (size, settings) -> new PadaDesign(
                    size,
                    CellRanking.of("pa-da", settings, GroundTruth.load().some(size.anchors()), size.randomMembers())));

    static final String UNIFORM = "single-path";
    static final String FAIR = "fair";
    static final String PATHS = "paths";
    static final String DATA = "data";
    static final String BOTH = "paths-and-data";
    static final String CARRY = "paths-and-data-carry";
    static final String REWEIGHTED = "reweighted";
    static final List<String> TRAINED = List.of(UNIFORM, FAIR, PATHS, DATA, BOTH, CARRY, REWEIGHTED);

    private static final Column VARIANCE = new Column("variance", "tr Var at the end", "", 4, false);
    static final Column RELATIVE = new Column("logRelative", "log of tr Var / ‖mean‖² at the end", "", 2, false);
    private static final Column ENTROPY = new Column("entropy", "entropy of operations", "nats", 3, false);
    private static final Column DISTINCT = new Column("distinct", "distinct examples of the next epoch", "", 0, false);
    static final Column OPTIMAL = new Column("optimal", "variance saved by exact norms", "%", 1, false);
    static final Column SURROGATE = new Column("surrogate", "variance saved by norms in the logits", "%", 1, false);
    static final Column AGREEMENT = new Column("agreement", "rank correlation of the two norms", "", 3, false);

    private static final List<Mark> MARKS = List.of(Mark.DOT, Mark.SQUARE, Mark.TRIANGLE, Mark.DIAMOND);

    private final PadaSize size;
    private final CellRanking ranking;

    PadaDesign(PadaSize size, CellRanking ranking) {
        this.size = size;
        this.ranking = ranking;
    }

    @Override
    public StudySize size() {
        return new JudgedSize(size, ranking.truth());
    }

    // --- Arms

    @Override
    public List<Arm> arms(int epochs) {
        List<Arm> arms = new ArrayList<>(List.of(ranking.alone()));
        for (Drawing drawing : drawings()) {
            Recipe recipe = recipe(drawing, drawing.name.equals(FAIR) ? size.fairEpochs(epochs) : epochs);
            arms.add(new Arm(
                    drawing.name,
                    drawing.description,
                    Arm.weight(recipe),
                    trial -> measured(drawing.name, recipe, trial)));
        }
        DataSettings data = ranking.truth().recipe().data();
        arms.addAll(ranking.counts(everyCell().withInput(data.input(data.open(1)))));
        return arms;
    }

    /** A way of drawing members and examples. */
    private record Drawing(String name, String description, Sampler sampler) {}

    private List<Drawing> drawings() {
        Data reset = new Data(Memory.RESET, null, 0);
        Data carry = new Data(Memory.CARRY, null, 0);
        return List.of(
                new Drawing(UNIFORM, "one uniformly random member a step (SPOS)", new Sampler.SinglePath(1)),
                new Drawing(
                        FAIR,
                        "five members a step that share no operation (FairNAS, drawn anew at each step), a fifth of the steps",
                        new FairSampler(false)),
                new Drawing(PATHS, "members by gradient norm, examples in turn (PA)", byNorm(paths(0), null)),
                new Drawing(
                        DATA,
                        "uniform members, examples by gradient norm, forgotten after an epoch (DA)",
                        byNorm(null, reset)),
                new Drawing(BOTH, "both by gradient norm, as published (PA&DA)", byNorm(paths(0), reset)),
                new Drawing(
                        CARRY, "the same, and examples that were not drawn keep their norm", byNorm(paths(0), carry)),
                new Drawing(
                        REWEIGHTED,
                        "the same, every loss divided by how likely its draw was, and a floor under the members'"
                                + " probabilities; not in the paper",
                        new GradientNormSampler(paths(size.floor()), carry, Reweight.BOTH, size.weightLimit())));
    }

    private static Sampler byNorm(Paths paths, Data data) {
        return new GradientNormSampler(paths, data, Reweight.NONE, null);
    }

    private static Paths paths(double floor) {
        return new Paths(Scope.ALL_CHOICES, null, null, null, floor);
    }

    private Recipe recipe(Drawing drawing, int epochs) {
        Recipe truth = ranking.truth().recipe();
        return new Recipe(
                "pa-da-" + drawing.name,
                "",
                everyCell(),
                truth.data().withBatchSize(size.batchSize()),
                truth.train().toBuilder()
                        .epochs(epochs)
                        .optimizer(new Optimizer.Sgd(size.learningRate(), 0.9, false, 2.5e-4))
                        .sampler(drawing.sampler)
                        .clipping(new Clipping(Clipping.By.NORM, 5))
                        .schedule(new LearningRateSchedule.Cosine(0, 0))
                        .build());
    }

    /** Includes cells that connect nothing, as published: reweighting knows the probability of a draw where none is refused. */
    private CellNetwork everyCell() {
        return ranking.cells(true, CellNetwork.Affine.NOWHERE, false);
    }

    // --- Measurements

    private Map<String, Double> measured(String name, Recipe recipe, Trial trial) {
        List<PadaProbe> probes = new ArrayList<>();
        for (int epoch : size.points(recipe.train().epochs())) {
            probes.add(trial.atEpoch(
                    name,
                    recipe,
                    epoch,
                    "probe-" + name + "-epoch-" + epoch,
                    PadaProbe.class,
                    trainer -> PadaProbe.of(name.equals(UNIFORM), epoch, size, ranking, trainer)));
        }
        trial.train(name, recipe);
        Map<String, Double> values = ranking.values(ranking.scores(trial, name));
        PadaProbe last = probes.get(probes.size() - 1);
        values.put(VARIANCE.key(), last.variance());
        values.put(RELATIVE.key(), Math.log(last.relative()));
        put(values, ENTROPY, last.sampling().get("pathEntropy"));
        put(values, DISTINCT, last.sampling().get("distinctExamples"));
        if (last.exact() != null) {
            values.put(OPTIMAL.key(), mean(probes, exact -> 100 * (1 - exact.optimal())));
            values.put(SURROGATE.key(), mean(probes, exact -> 100 * (1 - exact.surrogate())));
            values.put(AGREEMENT.key(), mean(probes, PadaProbe.Exact::correlation));
        }
        return values;
    }

    private static void put(Map<String, Double> values, Column column, Double value) {
        if (value != null) {
            values.put(column.key(), value);
        }
    }

    /** Over the points of a training. */
    private static double mean(List<PadaProbe> probes, ToDoubleFunction<PadaProbe.Exact> number) {
        return probes.stream()
                .map(PadaProbe::exact)
                .mapToDouble(number)
                .average()
                .orElseThrow();
    }

    // --- The table and what is claimed

    @Override
    public List<Column> columns() {
        List<Column> columns = new ArrayList<>(CellRanking.columns());
        columns.addAll(List.of(VARIANCE, RELATIVE, ENTROPY, DISTINCT, OPTIMAL, SURROGATE, AGREEMENT));
        return columns;
    }

    @Override
    public List<Claim> claims() {
        return CLAIMS;
    }

    /** The statements of the specification. */
    static final List<Claim> CLAIMS = statements();

    private static List<Claim> statements() {
        List<Claim> all = new ArrayList<>();
        all.add(claim(value(UNIFORM, OPTIMAL)).atLeast(5));
        all.add(claim(difference(BOTH, UNIFORM, CellRanking.TAU)).atLeast(-0.05));
        all.add(report(value(UNIFORM, SURROGATE)).atLeast(0));
        all.add(report(value(UNIFORM, AGREEMENT)).atLeast(0));
        for (Column tau : List.of(
                CellRanking.TAU, CellRanking.PUBLIC_TAU, CellRanking.TAU_BY_LOSS, CellRanking.PUBLIC_TAU_BY_LOSS)) {
            for (String arm : TRAINED) {
                if (!arm.equals(UNIFORM)) {
                    all.add(report(difference(arm, UNIFORM, tau)).atLeast(0));
                }
            }
        }
        for (Column tau : List.of(CellRanking.TAU, CellRanking.PUBLIC_TAU)) {
            for (String arm : List.of(BOTH, UNIFORM, PATHS, CARRY)) {
                all.add(report(difference(arm, CellRanking.PARAMETERS, tau)).atLeast(0));
            }
        }
        for (String arm : TRAINED) {
            if (!arm.equals(UNIFORM)) {
                all.add(report(difference(arm, UNIFORM, RELATIVE)).atMost(0));
            }
        }
        return List.copyOf(all);
    }

    // --- Words and pictures

    @Override
    public List<Fact> facts(Findings findings) {
        return ranking.facts();
    }

    @Override
    public List<String> notes(Findings findings) {
        List<String> notes = new ArrayList<>(ranking.undertrained(findings));
        notes.add(CellRanking.FIXED);
        notes.add(
                "Variances are at the weights of each arm, so they differ in more than how draws are made. An arm that is not reweighted"
                        + " has another mean gradient too: a smaller number is no proof of a better estimate.");
        notes.add(
                "The published arm trains for another objective than the mean over members: at its end nearly all draws are"
                        + " convolutions, so members without them are hardly trained. Where more convolutions are better, that alone ranks"
                        + " members: compare with ranking them by their parameters.");
        notes.add(
                "An operation of an edge is in a fifth of the uniform draws, so its weights have a fifth of the updates that the stem"
                        + " has.");
        return notes;
    }

    @Override
    public List<Plot> plots(Findings findings) {
        int epochs = findings.largestBudget();
        Map<String, List<CellScores>> curves = new LinkedHashMap<>();
        for (String arm : List.of(UNIFORM, FAIR, BOTH, REWEIGHTED)) {
            curves.put(
                    arm,
                    probes(findings, arm, epochs).stream()
                            .map(PadaProbe::scores)
                            .toList());
        }
        return List.of(ranking.curve("Ranking in training, " + epochs + " epochs", curves));
    }

    @Override
    public List<FigureGroup> figures(Findings findings) {
        int epochs = findings.largestBudget();
        long seed = findings.seeds().get(0);
        String when = "Seed " + seed + ", " + epochs + " epochs.";
        return List.of(
                ranking.scatters(findings, List.of(UNIFORM, FAIR, BOTH, REWEIGHTED), when),
                new FigureGroup(
                        "How likely each operation is drawn",
                        "By gradient norm; uniform would be 0.2. An operation without weights has no norm, so only the uniform part"
                                + " keeps it. " + when,
                        List.of(operations(findings, BOTH, epochs), operations(findings, REWEIGHTED, epochs))),
                new FigureGroup(
                        "Variance of the applied gradient",
                        "Members and batches drawn as the arm draws them then, at the weights that it has then. "
                                + when,
                        List.of(
                                variance(findings, "Uniform members", List.of(UNIFORM, FAIR, DATA), epochs),
                                variance(
                                        findings,
                                        "Members by norm",
                                        List.of(PATHS, BOTH, CARRY, REWEIGHTED),
                                        epochs))));
    }

    /** The probes of the first seed. */
    private List<PadaProbe> probes(Findings findings, String arm, int epochs) {
        return size.points(arm.equals(FAIR) ? size.fairEpochs(epochs) : epochs).stream()
                .flatMap(epoch -> findings.shown("probe-" + arm + "-epoch-" + epoch, PadaProbe.class).stream())
                .toList();
    }

    private Figure operations(Findings findings, String arm, int epochs) {
        List<PadaProbe> probes = probes(findings, arm, epochs);
        List<String> names = List.copyOf(probes.get(0).operations().keySet());
        return new Figure.HeatMap(
                arm,
                "",
                names,
                probes.stream().map(probe -> "epoch " + probe.epoch()).toList(),
                names.stream()
                        .map(name -> probes.stream()
                                .map(probe -> probe.operations().get(name))
                                .toList())
                        .toList(),
                0,
                1,
                3);
    }

    private Plot variance(Findings findings, String title, List<String> arms, int epochs) {
        List<Series> series = new ArrayList<>();
        for (String arm : arms) {
            List<PadaProbe> probes = probes(findings, arm, epochs);
            List<Point> points = new ArrayList<>();
            for (int i = 0; i < probes.size(); i++) {
                points.add(new Point((i + 1.0) / probes.size(), probes.get(i).relative(), arm));
            }
            series.add(new Series(arm, MARKS.get(series.size()), points));
        }
        return new Plot(
                title,
                "tr Var over the squared norm of the mean.",
                new Plot.Axis("part of the training", Scale.LINEAR),
                new Plot.Axis("tr Var / ‖mean‖²", Scale.LOGARITHMIC),
                series);
    }
}
