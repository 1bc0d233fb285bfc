package dev.weft.lab.cells;

import dev.weft.cost.CountedCosts;
import dev.weft.cost.MemberCosts;
import dev.weft.io.InputException;
import dev.weft.lab.study.Arm;
import dev.weft.lab.study.Column;
import dev.weft.lab.study.Findings;
import dev.weft.lab.study.StudySettings;
import dev.weft.lab.study.Trial;
import dev.weft.model.CellNetwork;
import dev.weft.model.Family;
import dev.weft.model.ModelDefinition;
import dev.weft.recipe.Recipe;
import dev.weft.report.Fact;
import dev.weft.report.Figure;
import dev.weft.report.FigureGroup;
import dev.weft.report.Plot;
import dev.weft.report.Plot.Mark;
import dev.weft.report.Plot.Point;
import dev.weft.report.Plot.Scale;
import dev.weft.report.Plot.Series;
import dev.weft.space.Member;
import dev.weft.trust.RankCorrelation;
import dev.weft.trust.RankQuality;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * How well scores rank the members of the cell space: against what these reach alone in this space (the truth), and, for random members,
 * against what the benchmark has of them. Both by accuracy and by loss, of which less is better.
 */
public final class CellRanking {
    public static final Column TAU = new Column("tau", "τ with training alone", "", 3, true);
    public static final Column TAU_BY_LOSS = new Column("tauByLoss", "τ with training alone, by loss", "", 3, false);
    public static final Column PUBLIC_TAU = new Column("publicTau", "τ with the public table", "", 3, true);
    public static final Column PUBLIC_TAU_BY_LOSS =
            new Column("publicTauByLoss", "τ with the public table, by loss", "", 3, false);
    public static final Column REGRET = new Column("regret5", "regret of the top 5", "points", 2, false);
    public static final Column INHERITED = new Column("inherited", "members, inherited", "%", 2, true);
    public static final Column LOSS = new Column("loss", "loss of random members", "nats", 4, true);

    /** What intervals of rankings are over, in words. */
    public static final String FIXED =
            "Intervals are over seeds of training. Cells and truth are the same for every seed, so how much other cells would change a ranking is"
                    + " not in them.";

    /** The arm that ranks by how many parameters a member has: what any ranking is to beat. */
    public static final String PARAMETERS = "parameters";

    /** The arm that ranks by how many products and sums a member's forward pass takes. */
    public static final String MACS = "macs";

    /** Fewer members of a leaf have too few pairs to be ranked: three have three. */
    private static final int RANKED = 5;

    /** The arm that is the truth itself. */
    public static final String ALONE = "alone";

    private static final List<Mark> MARKS = List.of(Mark.DOT, Mark.SQUARE, Mark.TRIANGLE, Mark.DIAMOND, Mark.RING);

    private final GroundTruth truth;
    private final PublicTable table;
    private final List<Member> random;
    private final List<Member> members;

    /** @param randomMembers how many fixed random ones are measured beside those of the truth, which may hold some of them */
    public CellRanking(GroundTruth truth, int randomMembers) {
        this.truth = truth;
        this.table = PublicTable.load();
        this.random = AnchorMembers.random(truth.space(), randomMembers);
        Set<Member> all = new LinkedHashSet<>(truth.members());
        all.addAll(random);
        this.members = List.copyOf(all);
    }

    /**
     * What a study of cells is judged by.
     *
     * @param randomMembers measured beside those of the truth
     * @throws InputException when the user gave other data than its members were trained on
     */
    public static CellRanking of(String study, StudySettings settings, GroundTruth truth, int randomMembers) {
        String source = truth.recipe().data().source();
        if (!settings.data().equals(source)) {
            throw new InputException(study + " must be run on " + source
                    + ", on which members were trained alone to know how good they are, but got --data "
                    + settings.data() + ".");
        }
        return new CellRanking(truth, randomMembers);
    }

    public GroundTruth truth() {
        return truth;
    }

    /**
     * The cells of the truth in a supernet.
     *
     * @param bias whether convolutions have one
     * @param connected whether every member leads from its input to its output
     */
    public CellNetwork cells(boolean bias, CellNetwork.Affine affine, boolean connected) {
        CellNetwork own = (CellNetwork) truth.recipe().model();
        return new CellNetwork(
                own.input(),
                own.resolution(),
                own.channels(),
                own.stages(),
                own.cellsPerStage(),
                own.edges(),
                bias,
                affine,
                connected,
                own.initialisation(),
                own.entangled());
    }

    /** All that are measured: those of the truth, and then random ones. */
    public List<Member> members() {
        return members;
    }

    /** Every so many-th of the members, enough for a curve. */
    public List<Member> some(int step) {
        return IntStream.range(0, members.size())
                .filter(i -> i % step == 0)
                .mapToObj(members::get)
                .toList();
    }

    /** What the members reach with the weights of a training of that name, which has ended: measured once, and kept. */
    public CellScores scores(Trial trial, String training) {
        return trial.once(kept(training), CellScores.class, () -> {
            trial.goOn();
            trial.progress("measure", 0, members.size(), "members");
            try (Family family = Family.open(trial.family(training))) {
                Recipe recipe = truth.recipe();
                return CellScores.of(family, recipe, recipe.data().open(1), members);
            }
        });
    }

    private static String kept(String training) {
        return "scores-" + training;
    }

    /** The columns that {@link #values} fills. */
    public static List<Column> columns() {
        return List.of(TAU, TAU_BY_LOSS, PUBLIC_TAU, PUBLIC_TAU_BY_LOSS, REGRET, INHERITED, LOSS);
    }

    /** What the table has of an arm, by the key of its column, of all that are measured. */
    public Map<String, Double> values(CellScores scores) {
        Map<String, CellScores.Score> by = byCell(scores);
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(TAU.key(), tau(truth.members(), percents(), by, CellScores.Score::accuracy));
        values.put(TAU_BY_LOSS.key(), tau(truth.members(), percents(), by, score -> -score.loss()));
        List<Double> published = table.accuracies(truth.space(), random);
        values.put(PUBLIC_TAU.key(), tau(random, published, by, CellScores.Score::accuracy));
        values.put(PUBLIC_TAU_BY_LOSS.key(), tau(random, published, by, score -> -score.loss()));
        regret(numbers(truth.members(), by, CellScores.Score::accuracy)).ifPresent(r -> values.put(REGRET.key(), r));
        values.put(INHERITED.key(), scores.meanAccuracy());
        values.put(
                LOSS.key(),
                random.stream()
                        .mapToDouble(
                                member -> by.get(truth.space().print(member)).loss())
                        .average()
                        .orElseThrow());
        return values;
    }

    /** What the truth is worth, for the first row of a table: it trains nothing that was not trained before. */
    public Arm alone() {
        return new Arm(
                ALONE,
                "the truth itself: τ of one training alone with another, and of their mean with the public table",
                0,
                trial -> {
                    Map<String, Double> values = new LinkedHashMap<>();
                    if (truth.trainings() > 1) {
                        values.put(TAU.key(), truth.noiseFloor(1));
                    }
                    values.put(PUBLIC_TAU.key(), publicTauOfTruth());
                    return values;
                });
    }

    private double publicTauOfTruth() {
        return kendall(percents(), table.accuracies(truth.space(), truth.members()));
    }

    /** The arms that train nothing: members ranked by what can be counted of them. */
    public List<Arm> counts(ModelDefinition bound) {
        return List.of(
                count(bound, PARAMETERS, "how many parameters they have", MemberCosts::params),
                count(bound, MACS, "the multiply-adds of a forward pass", MemberCosts::macs));
    }

    private Arm count(ModelDefinition bound, String name, String what, ToLongFunction<MemberCosts> counted) {
        return new Arm(name, "members ranked by " + what + "; nothing is trained", 0, trial -> {
            Map<String, Double> values = new LinkedHashMap<>();
            try (CountedCosts costs = new CountedCosts(bound)) {
                ToDoubleFunction<Member> score = member -> counted.applyAsLong(costs.of(member));
                List<Double> own =
                        truth.members().stream().map(score::applyAsDouble).toList();
                List<Double> others = random.stream().map(score::applyAsDouble).toList();
                values.put(TAU.key(), kendall(own, percents()));
                values.put(PUBLIC_TAU.key(), kendall(others, table.accuracies(truth.space(), random)));
                regret(own).ifPresent(regret -> values.put(REGRET.key(), regret));
            }
            return values;
        });
    }

    private List<Double> percents() {
        return truth.accuracies().stream().map(accuracy -> 100 * accuracy).toList();
    }

    /** None where there are too few members. */
    private Optional<Double> regret(List<Double> scores) {
        return RankQuality.of(scores, percents(), 0).regrets().stream()
                .filter(regret -> regret.k() == 5)
                .map(regret -> regret.loss().value())
                .findFirst();
    }

    private Map<String, CellScores.Score> byCell(CellScores scores) {
        Map<String, CellScores.Score> by = new LinkedHashMap<>();
        scores.scores().forEach(score -> by.put(score.cell(), score));
        return by;
    }

    private double tau(
            List<Member> of,
            List<Double> truths,
            Map<String, CellScores.Score> by,
            ToDoubleFunction<CellScores.Score> number) {
        return kendall(numbers(of, by, number), truths);
    }

    private List<Double> numbers(
            List<Member> of, Map<String, CellScores.Score> by, ToDoubleFunction<CellScores.Score> number) {
        return of.stream()
                .map(member -> number.applyAsDouble(by.get(truth.space().print(member))))
                .toList();
    }

    /** Where all scores tie they order nothing: no correlation. */
    private static double kendall(List<Double> scores, List<Double> truths) {
        double tau = RankCorrelation.kendall(scores, truths);
        return Double.isNaN(tau) ? 0 : tau;
    }

    /**
     * τ with training alone within each leaf that holds five members of the truth or more, the mean over these leaves; none where there is
     * no such leaf.
     */
    public Optional<Double> withinLeaves(CellScores scores) {
        Map<String, CellScores.Score> by = byCell(scores);
        Map<String, List<Integer>> leaves = new LinkedHashMap<>();
        for (int i = 0; i < truth.members().size(); i++) {
            String leaf = by.get(truth.space().print(truth.members().get(i))).leaf();
            leaves.computeIfAbsent(leaf, l -> new ArrayList<>()).add(i);
        }
        List<Double> accuracies = numbers(truth.members(), by, CellScores.Score::accuracy);
        List<Double> taus = leaves.values().stream()
                .filter(leaf -> leaf.size() >= RANKED)
                .map(leaf -> kendall(
                        leaf.stream().map(accuracies::get).toList(),
                        leaf.stream().map(percents()::get).toList()))
                .toList();
        return taus.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        taus.stream().mapToDouble(Double::doubleValue).average().orElseThrow());
    }

    /** What the benchmark has of a cell, in percent. */
    public double publicAccuracy(String cell) {
        return table.accuracy(cell);
    }

    /** The τ with the public table of any members that were measured, for a curve. */
    public double publicTau(CellScores scores) {
        return kendall(
                scores.scores().stream().map(CellScores.Score::accuracy).toList(),
                scores.scores().stream()
                        .map(score -> table.accuracy(score.cell()))
                        .toList());
    }

    // --- Words and pictures

    /** What the truth is, and what it is worth: said before any number that is judged by it. */
    public List<Fact> facts() {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact(
                "Truth and public table",
                String.format(
                        Locale.ROOT,
                        "τ %.3f between what %d members reach alone here and what the benchmark has of them on CIFAR-10 after 200"
                                + " epochs",
                        publicTauOfTruth(),
                        truth.members().size())));
        facts.add(new Fact(
                "Truth",
                String.format(
                        Locale.ROOT,
                        "%d members, each trained alone for %d epochs, %s: %.2f %% on the mean",
                        truth.members().size(),
                        truth.recipe().train().epochs(),
                        truth.trainings() == 1 ? "once" : truth.trainings() + " times",
                        meanAlone())));
        facts.add(new Fact(
                "Noise floor",
                truth.trainings() < 2
                        ? "unknown: the members were trained once"
                        : String.format(
                                Locale.ROOT,
                                "two trainings of these members rank them with τ %.3f to each other",
                                truth.noiseFloor(1))));
        facts.add(new Fact(
                "Public table",
                "NAS-Bench-201's mean test accuracies of CIFAR-10 after 200 epochs, of " + random.size()
                        + " random members; its networks are larger, and its images others"));
        return List.copyOf(facts);
    }

    private double meanAlone() {
        return percents().stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    /** Says it where an arm gives members more, untrained, than training alone gave those of the truth. */
    public List<String> undertrained(Findings findings) {
        List<String> said = new ArrayList<>();
        for (int epochs : findings.budgets()) {
            for (Arm arm : findings.arms(epochs)) {
                double inherited = findings.list(epochs, arm.name(), INHERITED.key()).stream()
                        .mapToDouble(Double::doubleValue)
                        .average()
                        .orElse(0);
                if (inherited > meanAlone()) {
                    said.add(String.format(
                            Locale.ROOT,
                            "The truth is undertrained: with the weights of %s after %d epochs members have %.2f %% on the mean, and those"
                                    + " of the truth reach %.2f %% alone. What ranks by more training than the truth had is not"
                                    + " wrong where the two differ.",
                            arm.name(),
                            epochs,
                            inherited,
                            meanAlone()));
                }
            }
        }
        return said;
    }

    /**
     * A picture for each of the trainings that were {@linkplain #scores measured}.
     *
     * @param when of which seed and budget they are, as a sentence
     */
    public FigureGroup scatters(Findings findings, List<String> trainings, String when) {
        List<Figure> scatters = new ArrayList<>();
        for (String training : trainings) {
            findings.shown(kept(training), CellScores.class)
                    .ifPresent(scores -> scatters.add(scatter(training, scores)));
        }
        return new FigureGroup(
                "Inherited and alone",
                "A mark for each member of the truth. Weights that rank well make a line that rises. " + when,
                scatters);
    }

    /** Members of the truth: across what they inherit, upwards what they reach alone; a mark for each leaf. */
    private Plot scatter(String arm, CellScores scores) {
        Map<String, CellScores.Score> by = byCell(scores);
        Map<String, List<Point>> leaves = new LinkedHashMap<>();
        for (int i = 0; i < truth.members().size(); i++) {
            CellScores.Score score = by.get(truth.space().print(truth.members().get(i)));
            double own = percents().get(i);
            leaves.computeIfAbsent(score.leaf(), l -> new ArrayList<>())
                    .add(new Point(
                            score.accuracy(),
                            own,
                            String.format(
                                    Locale.ROOT,
                                    "%s: %.2f %% inherited, %.2f %% alone",
                                    score.cell(),
                                    score.accuracy(),
                                    own)));
        }
        List<Series> series = new ArrayList<>();
        leaves.forEach((leaf, points) -> series.add(new Series(
                leaf.isEmpty() ? "members" : "leaf " + leaf, MARKS.get(series.size() % MARKS.size()), points)));
        return new Plot(
                arm,
                String.format(Locale.ROOT, "τ %.3f", values(scores).get(TAU.key())),
                new Plot.Axis("inherited accuracy, %", Scale.LINEAR),
                new Plot.Axis("accuracy alone, %", Scale.LINEAR),
                series);
    }

    /**
     * How ranking becomes better in training: τ with the public table.
     *
     * @param curves by arm, what was measured at evenly spaced points, the last at the end
     */
    public Plot curve(String title, Map<String, List<CellScores>> curves) {
        List<Series> series = new ArrayList<>();
        curves.forEach((arm, scores) -> series.add(new Series(
                arm,
                MARKS.get(series.size() % MARKS.size()),
                IntStream.range(0, scores.size())
                        .mapToObj(i -> new Point((i + 1.0) / scores.size(), publicTau(scores.get(i)), arm))
                        .toList())));
        return new Plot(
                title,
                "τ of inherited accuracies with the public table.",
                new Plot.Axis("part of the training", Scale.LINEAR),
                new Plot.Axis("τ", Scale.LINEAR),
                series);
    }
}
