package dev.weft.lab.gm;

import static dev.weft.lab.study.Claim.claim;
import static dev.weft.lab.study.Claim.report;
import static dev.weft.lab.study.Quantity.difference;
import static dev.weft.lab.study.Quantity.value;

import dev.weft.data.Splits;
import dev.weft.lab.cells.CellRanking;
import dev.weft.lab.cells.CellScores;
import dev.weft.lab.cells.GroundTruth;
import dev.weft.lab.cells.JudgedSize;
import dev.weft.lab.study.Arm;
import dev.weft.lab.study.Claim;
import dev.weft.lab.study.Column;
import dev.weft.lab.study.Design;
import dev.weft.lab.study.Findings;
import dev.weft.lab.study.Judgement;
import dev.weft.lab.study.Study;
import dev.weft.lab.study.StudySize;
import dev.weft.lab.study.Trial;
import dev.weft.lab.study.Values;
import dev.weft.model.CellNetwork;
import dev.weft.model.CellOperation;
import dev.weft.model.Family;
import dev.weft.optim.Clipping;
import dev.weft.optim.LearningRateSchedule;
import dev.weft.optim.Optimizer;
import dev.weft.recipe.DataSettings;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.SplitSettings;
import dev.weft.recipe.SplitSettings.PartitionBy;
import dev.weft.recipe.SplitSettings.Restart;
import dev.weft.recipe.SplitSettings.RestartSchedule;
import dev.weft.recipe.SplitSettings.RestartWeights;
import dev.weft.recipe.SplitSettings.Rule;
import dev.weft.report.Fact;
import dev.weft.report.FigureGroup;
import dev.weft.report.Plot;
import dev.weft.tree.TreeRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** The ways of training that are compared: one random member a step in all of them, with one optimiser. */
public final class GmDesign implements Design {
    public static final Study STUDY = Study.of(
            "gradient-matching",
            GmSize.class,
            (size, settings) -> new GmDesign(
                    size,
                    CellRanking.of(
                            "gradient-matching",
                            settings,
                            GroundTruth.load().some(size.anchors()),
                            size.randomMembers())));

    static final String MATCHED = "matching";
    static final String ANNEALED = "matching-annealed";
    static final String RANDOM_PARTITION = "random-groups";
    static final String RANDOM_EDGES = "random-edges";
    static final String FEW_SHOT = "few-shot";
    static final String ONE_SHOT = "one-shot";
    static final String LEAF_EPOCHS = "one-shot-leaf";
    static final String EQUAL_COMPUTE = "one-shot-tree";

    /** The arms, in the order in which they are trained: random partitions take the edges of gradient matching. */
    static final List<String> TREES = List.of(MATCHED, ANNEALED, RANDOM_PARTITION, RANDOM_EDGES, FEW_SHOT);

    static final List<String> WHOLE = List.of(ONE_SHOT, LEAF_EPOCHS, EQUAL_COMPUTE);

    static final Column WITHIN = new Column("tauWithinLeaves", "τ within leaves", "", 3, false);
    static final Column SELECTED = new Column("selected", "selected member, in the public table", "%", 2, true);
    private static final Column EPOCHS = new Column("supernetEpochs", "supernet-epochs", "", 0, false);
    static final Column CLOSER = new Column("closer", "least distance saved by a split", "", 3, false);
    static final Column CONVOLUTIONS = new Column("convolutions", "none farther from convolutions", "", 3, false);

    private static final int POINTS = 4;

    private final GmSize size;
    private final CellRanking ranking;

    GmDesign(GmSize size, CellRanking ranking) {
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
        for (String name : TREES) {
            arms.add(new Arm(
                    name,
                    description(name, epochs),
                    supernetEpochs(name, epochs),
                    trial -> grown(name, epochs, trial)));
        }
        for (String name : WHOLE) {
            arms.add(new Arm(
                    name,
                    description(name, epochs),
                    supernetEpochs(name, epochs),
                    trial -> whole(name, epochs, trial)));
        }
        DataSettings data = ranking.truth().recipe().data();
        arms.addAll(ranking.counts(cells().withInput(data.input(data.open(1)))));
        return arms;
    }

    private String description(String arm, int epochs) {
        List<Integer> rounds = GmSize.rounds(epochs);
        String split = "two splits in two, after " + rounds.get(0) + " and " + rounds.get(1)
                + " epochs; four leaves begin anew, " + epochs + " epochs each";
        return switch (arm) {
            case MATCHED ->
                "operations with like gradients stay together, on the edge that is cut most, as published: " + split
                        + ", of a cosine over " + GmSize.together(epochs);
            case ANNEALED -> "the same, and the cosine of the leaves ends where they do; not in the paper";
            case RANDOM_PARTITION ->
                "the edges of gradient matching (those of its root and of its first child), operations parted by chance";
            case RANDOM_EDGES -> "operations parted by their gradients, on edges drawn by chance";
            case FEW_SHOT -> "a supernet of " + epochs + " epochs for each operation of an edge drawn by chance";
            case ONE_SHOT -> "one supernet that stays whole, " + GmSize.together(epochs) + " epochs";
            case LEAF_EPOCHS -> "the same, " + epochs + " epochs: as many as a leaf has";
            default -> "the same, " + GmSize.tree(epochs) + " epochs: as many as all supernets of a tree";
        };
    }

    /** The training that an arm takes, in epochs of one supernet. */
    static int supernetEpochs(String arm, int epochs) {
        return switch (arm) {
            case FEW_SHOT -> CellOperation.NAS_BENCH_201.size() * epochs;
            case ONE_SHOT -> GmSize.together(epochs);
            case LEAF_EPOCHS -> epochs;
            default -> GmSize.tree(epochs);
        };
    }

    /** This is what the published single-path code has: no bias, affine norms outside cells. */
    private CellNetwork cells() {
        return ranking.cells(false, CellNetwork.Affine.OUTSIDE_CELLS, true);
    }

    private Recipe recipe(String arm, int epochs, SplitSettings split) {
        Recipe truth = ranking.truth().recipe();
        return new Recipe(
                "gradient-matching-" + arm,
                "",
                cells(),
                List.of(),
                null,
                null,
                truth.data().withBatchSize(size.batchSize()),
                truth.train().toBuilder()
                        .epochs(epochs)
                        .optimizer(new Optimizer.Sgd(size.learningRate(), 0.9, true, 1e-4))
                        .clipping(new Clipping(Clipping.By.NORM, 5))
                        .schedule(new LearningRateSchedule.Cosine(0.04, 0))
                        .build(),
                split);
    }

    Recipe tree(String arm, int epochs, Trial trial) {
        if (arm.equals(FEW_SHOT)) {
            return recipe(
                    arm,
                    epochs,
                    split(List.of(0), Rule.RANDOM, PartitionBy.EXHAUSTIVE, RestartSchedule.OWN)
                            .build());
        }
        List<Integer> rounds = GmSize.rounds(epochs);
        SplitSettings.Builder split =
                switch (arm) {
                    case RANDOM_PARTITION ->
                        split(rounds, Rule.PREDEFINED, PartitionBy.RANDOM, RestartSchedule.WHOLE)
                                .choices(edges(trial.tree(MATCHED)));
                    case RANDOM_EDGES -> split(rounds, Rule.RANDOM, PartitionBy.GRADIENT, RestartSchedule.WHOLE);
                    case ANNEALED ->
                        split(rounds, Rule.MAX_CUT_DISTANCE, PartitionBy.GRADIENT, RestartSchedule.REMAINING);
                    default -> split(rounds, Rule.MAX_CUT_DISTANCE, PartitionBy.GRADIENT, RestartSchedule.WHOLE);
                };
        return recipe(arm, GmSize.together(epochs), split.groups(List.of(2, 2)).build());
    }

    private SplitSettings.Builder split(
            List<Integer> rounds, Rule rule, PartitionBy partition, RestartSchedule schedule) {
        return SplitSettings.builder(rounds)
                .rule(rule)
                .partition(partition)
                .repeats(size.repeats())
                .restart(Restart.FINAL)
                .weights(RestartWeights.FRESH)
                .schedule(schedule);
    }

    /** The choices that the root of a tree and its first child split by. */
    static List<String> edges(TreeRecord tree) {
        return List.of(
                tree.node("root").split().choice(), tree.node("0").split().choice());
    }

    // --- Measurements

    private Map<String, Double> grown(String name, int epochs, Trial trial) {
        TreeRecord tree = trial.grow(name, tree(name, epochs, trial));
        trial.once("tree-" + name, TreeRecord.class, () -> tree);
        Map<String, Double> values = measured(name, epochs, Optional.of(tree), trial);
        List<Double> saved = TreeDistances.saved(tree);
        if (!saved.isEmpty() && !name.equals(RANDOM_PARTITION)) {
            values.put(
                    CLOSER.key(),
                    saved.stream().mapToDouble(Double::doubleValue).min().orElseThrow());
        }
        if (name.equals(MATCHED)) {
            values.put(CONVOLUTIONS.key(), TreeDistances.convolutionsCloser(tree));
        }
        return values;
    }

    private Map<String, Double> whole(String name, int epochs, Trial trial) {
        int all = supernetEpochs(name, epochs);
        Recipe recipe = recipe(name, all, null);
        if (name.equals(EQUAL_COMPUTE)) {
            for (int point : points(all)) {
                trial.atEpoch(
                        name,
                        recipe,
                        point,
                        curve(name, point),
                        CellScores.class,
                        trainer -> CellScores.of(
                                trainer.family(),
                                ranking.truth().recipe(),
                                trainer.splits(),
                                ranking.some(size.curveStep())));
            }
        }
        trial.train(name, recipe);
        return measured(name, epochs, Optional.empty(), trial);
    }

    private static String curve(String name, int epoch) {
        return "curve-" + name + "-epoch-" + epoch;
    }

    private static List<Integer> points(int epochs) {
        return IntStream.rangeClosed(1, POINTS)
                .map(i -> epochs * i / POINTS)
                .boxed()
                .toList();
    }

    private Map<String, Double> measured(String name, int epochs, Optional<TreeRecord> tree, Trial trial) {
        Splits splits = ranking.truth().recipe().data().open(1);
        CellScores scores = ranking.scores(trial, name);
        SelectedMember selected = trial.once("selected-" + name, SelectedMember.class, () -> {
            try (Family family = Family.open(trial.family(name))) {
                return SelectedMember.of(family, tree, splits, size.candidates(), trial.seed(), done -> {
                    trial.goOn();
                    trial.progress("select", done, 4L * size.candidates(), "members");
                });
            }
        });
        Map<String, Double> values = ranking.values(scores);
        if (tree.isPresent()) {
            ranking.withinLeaves(scores).ifPresent(tau -> values.put(WITHIN.key(), tau));
        }
        values.put(SELECTED.key(), ranking.publicAccuracy(selected.cell()));
        values.put(EPOCHS.key(), (double) supernetEpochs(name, epochs));
        return values;
    }

    // --- The table and what is claimed

    @Override
    public List<Column> columns() {
        List<Column> columns = new ArrayList<>(CellRanking.columns());
        columns.addAll(List.of(WITHIN, SELECTED, EPOCHS, CLOSER, CONVOLUTIONS));
        return columns;
    }

    @Override
    public List<Claim> claims() {
        return CLAIMS;
    }

    /** The statements of the specification; that of distances holds by how groups are chosen: it is the code that is judged. */
    static final List<Claim> CLAIMS = statements();

    private static List<Claim> statements() {
        List<Claim> all = new ArrayList<>();
        all.add(Claim.of(
                Claim.Kind.CLAIM,
                "distances within the groups of every split, by gradient at most by chance",
                GmDesign::closer));
        all.add(claim(difference(ONE_SHOT, MATCHED, CellRanking.LOSS)).atLeast(0));
        List<String> others = List.of(LEAF_EPOCHS, EQUAL_COMPUTE, RANDOM_PARTITION, RANDOM_EDGES, FEW_SHOT, ANNEALED);
        for (String other : others) {
            all.add(report(difference(other, MATCHED, CellRanking.LOSS)).atLeast(0));
        }
        all.add(report(difference(ONE_SHOT, ANNEALED, CellRanking.LOSS)).atLeast(0));
        for (Column tau : List.of(CellRanking.TAU, CellRanking.PUBLIC_TAU)) {
            for (String other : List.of(ONE_SHOT, EQUAL_COMPUTE, RANDOM_PARTITION, RANDOM_EDGES, FEW_SHOT)) {
                all.add(report(difference(MATCHED, other, tau)).atLeast(0));
            }
            all.add(report(difference(MATCHED, CellRanking.PARAMETERS, tau)).atLeast(0));
        }
        all.add(report(difference(MATCHED, ONE_SHOT, SELECTED)).atLeast(0));
        all.add(report(value(MATCHED, CONVOLUTIONS)).atLeast(0));
        return List.copyOf(all);
    }

    private static Judgement closer(Values values) {
        List<Double> least = List.copyOf(values.of(MATCHED, CLOSER.key()).values());
        if (least.isEmpty()) {
            return Judgement.notTested("Claim: no tree was grown, so no distances were compared.");
        }
        double worst = least.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
        return Judgement.exact(
                worst >= -1e-9,
                worst,
                String.format(
                        Locale.ROOT,
                        "Claim: distances within the groups of a split are at most those of a random partition of the same edge, on the"
                                + " mean of all such partitions; the least difference in %s is %.3f.",
                        least.size() == 1 ? "one tree" : least.size() + " trees",
                        worst));
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
                "A leaf begins anew, so its weights have had as many epochs as it has; the supernet of as many epochs that the claim names"
                        + " has had those of the rounds too.");
        notes.add(
                "Leaves may differ in how high their accuracies lie, which makes τ over all members lower than within leaves.");
        notes.add("Passes are those of training, and of a tree also those behind its distances.");
        for (String arm : TREES) {
            tree(findings, arm)
                    .ifPresent(tree -> notes.add("Seed " + findings.seeds().get(0) + ", " + arm + ": "
                            + String.join("; ", TreeDistances.lines(tree)) + "."));
        }
        return notes;
    }

    /** The tree of the largest budget and the first seed. */
    private static Optional<TreeRecord> tree(Findings findings, String arm) {
        return findings.shown("tree-" + arm, TreeRecord.class);
    }

    @Override
    public List<Plot> plots(Findings findings) {
        int epochs = findings.largestBudget();
        List<CellScores> points = points(GmSize.tree(epochs)).stream()
                .flatMap(point -> findings.shown(curve(EQUAL_COMPUTE, point), CellScores.class).stream())
                .toList();
        return List.of(ranking.curve("Ranking in training", Map.of(EQUAL_COMPUTE, points)));
    }

    @Override
    public List<FigureGroup> figures(Findings findings) {
        long seed = findings.seeds().get(0);
        List<FigureGroup> groups = new ArrayList<>();
        groups.add(ranking.scatters(
                findings, List.of(MATCHED, RANDOM_PARTITION, FEW_SHOT, ONE_SHOT), "Seed " + seed + "."));
        tree(findings, MATCHED)
                .ifPresent(tree ->
                        groups.addAll(TreeDistances.figures(ranking.truth().space(), Map.of(MATCHED, tree), seed)));
        return groups;
    }

    @Override
    public Object extra(Findings findings) {
        return Map.of(
                "trees",
                findings.kept(findings.largestBudget(), "tree-" + MATCHED, TreeRecord.class),
                "selected",
                findings.kept(findings.largestBudget(), "selected-" + MATCHED, SelectedMember.class));
    }
}
