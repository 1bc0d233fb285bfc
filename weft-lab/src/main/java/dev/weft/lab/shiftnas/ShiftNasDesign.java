package dev.weft.lab.shiftnas;

import dev.weft.data.Dataset;
import dev.weft.data.Splits;
import dev.weft.lab.study.Arm;
import dev.weft.lab.study.Claim;
import dev.weft.lab.study.Column;
import dev.weft.lab.study.Design;
import dev.weft.lab.study.Findings;
import dev.weft.lab.study.Statistics;
import dev.weft.lab.study.Study;
import dev.weft.lab.study.StudySize;
import dev.weft.lab.study.Trial;
import dev.weft.loss.Regularisation;
import dev.weft.nn.MemberStatistics;
import dev.weft.optim.Clipping;
import dev.weft.optim.LearningRateSchedule;
import dev.weft.optim.Optimizer;
import dev.weft.recipe.DataSettings;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.TrainSettings;
import dev.weft.report.FigureGroup;
import dev.weft.report.Plot;
import dev.weft.run.TrainingNumber;
import dev.weft.sample.Sampler;
import dev.weft.sample.level.CostLevelSampler;
import dev.weft.sample.level.LevelDistribution;
import dev.weft.sample.level.LevelMembers;
import dev.weft.space.Member;
import dev.weft.train.Evaluation;
import dev.weft.train.Trainer;
import dev.weft.weight.MemberProposals;
import dev.weft.weight.generator.MemberGenerator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** The ways of drawing the member of a step that are compared; all else is the same. */
public final class ShiftNasDesign implements Design {
    public static final Study STUDY =
            Study.of("shiftnas", ShiftNasSize.class, (size, settings) -> new ShiftNasDesign(size, settings.data()));

    static final Column HITS = new Column("hits", "hits", "% within one level", 1, false);
    private static final String LAST_HITS = "hitsOfLastQuarter";
    private static final String METRIC = "macs";
    private static final int HIDDEN = 64;

    /** An arm with a generator. */
    static final List<String> GENERATED = List.of("B", "C", "C-pathwise", "C-mask");

    private final ShiftNasSize size;
    private final String data;
    private final int images; // that members of all arms are trained on, and those held out
    private final LevelledSpace space;

    ShiftNasDesign(ShiftNasSize size, String data) {
        this.size = size;
        this.data = data;
        DataSettings settings = images(size.selectionSize());
        Splits splits = settings.open(1); // also finds that data is not there before anything is written
        this.images = splits.train().size();
        this.space = new LevelledSpace(size.model().withInput(settings.input(splits)), size.levels());
    }

    @Override
    public StudySize size() {
        return size;
    }

    LevelledSpace space() {
        return space;
    }

    // --- Arms

    @Override
    public List<Arm> arms(int epochs) {
        LevelMembers generator = new LevelMembers.Generator(size.lambda(), adam(size.generatorRate()));
        LevelDistribution uniform = new LevelDistribution.Uniform();
        LevelDistribution learned = learned(epochs, LevelDistribution.Mode.SURROGATE);
        Recipe single = recipe(epochs, new Sampler.SinglePath(1), null);
        return List.of(
                new Arm(
                        "A",
                        "every decision uniform (single path)",
                        Arm.weight(single),
                        trial -> uniform(trial, single)),
                levels("B", "cost levels uniform, members of the generator", epochs, uniform, generator, SLICE),
                levels(
                        "C",
                        "ShiftNAS: levels learn from what their loss changed by (surrogate), members of the generator",
                        epochs,
                        learned,
                        generator,
                        SLICE),
                levels(
                        "C-pathwise",
                        "as C, levels learn by the gradient through the generator, as the paper writes it",
                        epochs,
                        learned(epochs, LevelDistribution.Mode.PATHWISE),
                        generator,
                        SLICE),
                levels(
                        "C-mask",
                        "as C, the generator's view is the masked largest: exact gradients, at the largest member's cost",
                        epochs,
                        learned,
                        generator,
                        MemberGenerator.View.MASK),
                levels(
                        "D",
                        "cost levels uniform, members by uniform draws until one is of the level",
                        epochs,
                        uniform,
                        new LevelMembers.Rejection(size.draws()),
                        null),
                trained(
                        "sandwich",
                        "largest, smallest and a random member a step, a third of the epochs: as many passes",
                        recipe(Math.max(1, epochs / 3), new Sampler.Sandwich(1), null)),
                trained(
                        "largest-only",
                        "only the largest trains, the others are its slices: no training of a supernet",
                        recipe(epochs, new Sampler.Largest(), null)));
    }

    private static final MemberGenerator.View SLICE = MemberGenerator.View.SLICE;

    private Arm levels(
            String name,
            String description,
            int epochs,
            LevelDistribution distribution,
            LevelMembers members,
            MemberGenerator.View view) {
        Sampler sampler = new CostLevelSampler(
                METRIC, new CostLevelSampler.Levels(size.levels(), null), distribution, members, 1);
        Recipe recipe = recipe(epochs, sampler, view);
        return view == null
                ? trained(name, description, recipe)
                : new Arm(name, description, Arm.weight(recipe), trial -> generated(trial, name, recipe));
    }

    private Arm trained(String name, String description, Recipe recipe) {
        return Arm.trained(name, description, recipe, this::measured);
    }

    private LevelDistribution learned(int epochs, LevelDistribution.Mode mode) {
        return new LevelDistribution.Learned(
                adam(size.levelRate()),
                size.interval(),
                size.warmPart() * epochs,
                mode,
                null,
                (double) size.heldOutSize() / images);
    }

    static Optimizer adam(double rate) {
        return new Optimizer.Adam(rate, 0.9, 0.999, 1e-8, 0);
    }

    /** @param view of a generator; {@code null} without one */
    private Recipe recipe(int epochs, Sampler sampler, MemberGenerator.View view) {
        // Arms whose levels do not learn leave as many images out, so that all train on equally many.
        int apart = size.selectionSize() + (sampler.heldOutPart() > 0 ? 0 : size.heldOutSize());
        return new Recipe(
                "shiftnas",
                "",
                size.model(),
                view == null ? List.of() : List.of(new MemberGenerator(METRIC, HIDDEN, null, view)),
                null,
                images(apart),
                TrainSettings.builder(epochs, new Optimizer.Sgd(size.learningRate(), 0.9, true, 1e-4))
                        .sampler(sampler)
                        .clipping(new Clipping(Clipping.By.NORM, 5))
                        .schedule(new LearningRateSchedule.Cosine(0.01, 0))
                        .regularisation(Regularisation.none())
                        .calibrationBatches(size.calibrationBatches())
                        .evaluateEveryEpochs(0)
                        .threads(1)
                        .build());
    }

    private DataSettings.Images images(int selectionSize) {
        return DataSettings.Images.builder(data)
                .selectionSize(selectionSize)
                .batchSize(size.batchSize())
                .build();
    }

    // --- Measurements: accuracies are in percent, of recalibrated members

    /**
     * A member that an arm would ship for a level.
     *
     * @param found the level that it is of, which a generator may miss
     * @param selectionAccuracy of the images it was chosen by, or would have been
     */
    record Pick(int level, int found, String member, double macs, double selectionAccuracy, double reportAccuracy) {}

    /** What an arm chose for each level. */
    record Picks(List<Pick> picks) {}

    /** How likely each level was after so many epochs. */
    record Moment(double epoch, List<Double> probabilities) {}

    /** The same over a training. */
    record Curve(List<Moment> moments) {}

    static Column level(int level) {
        return Column.accuracy("level" + (level + 1), "level " + (level + 1), true);
    }

    static String visits(int level) {
        return "visitsOfLevel" + (level + 1);
    }

    static String probability(int level) {
        return "probabilityOfLevel" + (level + 1);
    }

    static String lossChange(int level) {
        return "lossChangeOfLevel" + (level + 1);
    }

    /** The accuracy of the member that was picked for a level, where it is of the level. */
    static String picked(int level) {
        return "pickedForLevel" + (level + 1);
    }

    private Map<String, Double> uniform(Trial trial, Recipe recipe) {
        try (VisitLog visits = new VisitLog(trial.file("visits-A.bin"), space)) {
            Trial.Trained trained = trial.train("A", recipe, trial.seed(), visits);
            Map<String, Double> values = trained.measure(this::measured);
            int[] counts = visits.counts();
            for (int k = 0; k < counts.length; k++) {
                values.put(visits(k), (double) counts[k]);
            }
            note(values, trial.once("picks-A", Picks.class, () -> trained.measure(t -> bestOfRandom(t, trial))));
            return values;
        }
    }

    private Map<String, Double> generated(Trial trial, String name, Recipe recipe) {
        Trial.Trained trained = trial.train(name, recipe);
        Map<String, Double> values = trained.measure(this::measured);
        note(
                values,
                trial.once("picks-" + name, Picks.class, () -> trained.measure(t -> ofGenerator(t, trial.seed()))));
        if (name.startsWith("C")) { // whose levels learn
            trial.once("curve-" + name, Curve.class, () -> trained.measure(this::curve));
        }
        return values;
    }

    private static void note(Map<String, Double> values, Picks picks) {
        picks.picks().stream()
                .filter(pick -> pick.found() == pick.level())
                .forEach(pick -> values.put(picked(pick.level()), pick.reportAccuracy()));
    }

    /** Accuracies of fixed members by level, and what the sampler has counted and learnt. */
    private Map<String, Double> measured(Trainer trainer) {
        Map<String, Double> values = new LinkedHashMap<>();
        for (int k = 0; k < space.levels(); k++) {
            values.put(
                    level(k).key(),
                    space.draw(k, size.membersPerLevel(), size.memberSeed()).stream()
                            .mapToDouble(member ->
                                    accuracy(trainer, member, trainer.splits().report()))
                            .average()
                            .orElseThrow());
        }
        TreeMap<Long, Map<String, Double>> numbers = sampler(trainer);
        if (numbers.isEmpty()) {
            return values;
        }
        Map<String, Double> last = numbers.lastEntry().getValue();
        for (int k = 0; k < space.levels(); k++) {
            String level = "level" + (k + 1) + ".";
            values.put(visits(k), last.get(level + "trained"));
            values.put(probability(k), last.get(level + "probability"));
            if (last.containsKey(level + "meanLossChange")) {
                values.put(lossChange(k), last.get(level + "meanLossChange"));
            }
        }
        if (trainer.family().proposals().isPresent()) {
            double all = trainer.steps();
            values.put(HITS.key(), 100 * last.get("hits"));
            Map.Entry<Long, Map<String, Double>> before = numbers.floorEntry((long) (all * 3 / 4));
            if (before != null) {
                double earlier = before.getValue().get("hits") * before.getKey();
                values.put(LAST_HITS, 100 * (last.get("hits") * all - earlier) / (all - before.getKey()));
            }
        }
        return values;
    }

    /** The sampler's numbers, by step. */
    private static TreeMap<Long, Map<String, Double>> sampler(Trainer trainer) {
        TreeMap<Long, Map<String, Double>> steps = new TreeMap<>();
        for (TrainingNumber metric : trainer.folder().database().metrics()) {
            if (metric.role().equals(Trainer.SAMPLER)) {
                steps.computeIfAbsent(metric.step(), step -> new LinkedHashMap<>())
                        .put(metric.name(), metric.value());
            }
        }
        return steps;
    }

    private Curve curve(Trainer trainer) {
        double perEpoch =
                (double) trainer.steps() / trainer.settings().recipe().train().epochs();
        List<Moment> moments = new ArrayList<>();
        sampler(trainer)
                .forEach((step, values) -> moments.add(new Moment(
                        step / perEpoch,
                        IntStream.rangeClosed(1, space.levels())
                                .mapToObj(k -> values.get("level" + k + ".probability"))
                                .toList())));
        return new Curve(moments);
    }

    /** What the generator gives for the middle of each level, without noise and without looking at any image. */
    private Picks ofGenerator(Trainer trainer, long seed) {
        MemberProposals generator = trainer.family().proposals().orElseThrow();
        Dataset selection = selection(seed);
        List<Pick> picks = new ArrayList<>();
        for (int k = 0; k < space.levels(); k++) {
            Member member = generator.strongest(space.target(k));
            picks.add(pick(k, member, accuracy(trainer, member, selection), trainer));
        }
        return new Picks(picks);
    }

    /** The best of random members of each level, by the images that members are chosen by. */
    private Picks bestOfRandom(Trainer trainer, Trial trial) {
        Dataset selection = selection(trial.seed());
        List<Pick> picks = new ArrayList<>();
        for (int k = 0; k < space.levels(); k++) {
            Member best = null;
            double most = -1;
            for (Member member : space.draw(k, size.candidates(), size.memberSeed() + trial.seed())) {
                trial.goOn();
                double accuracy = accuracy(trainer, member, selection);
                if (accuracy > most) {
                    most = accuracy;
                    best = member;
                }
            }
            trial.progress("choose", k + 1, space.levels(), "levels");
            picks.add(pick(k, best, most, trainer));
        }
        return new Picks(picks);
    }

    /** The same images for every arm: those that only A, B and D leave out beside them are not among them. */
    private Dataset selection(long seed) {
        return images(size.selectionSize()).open(seed).selection();
    }

    private Pick pick(int level, Member member, double selection, Trainer trainer) {
        return new Pick(
                level,
                space.level(member),
                space.space().print(member),
                space.macs(member),
                selection,
                accuracy(trainer, member, trainer.splits().report()));
    }

    private static double accuracy(Trainer trainer, Member member, Dataset images) {
        try (MemberStatistics statistics = trainer.calibrate(member)) {
            return 100 * Evaluation.accuracy(trainer.family(), member, statistics, images);
        }
    }

    // --- The table and what is claimed

    @Override
    public List<Column> columns() {
        List<Column> columns = new ArrayList<>(
                levels(IntStream.range(0, space.levels()).boxed().toList()));
        columns.add(HITS);
        return columns;
    }

    static List<Column> levels(List<Integer> levels) {
        return levels.stream().map(ShiftNasDesign::level).toList();
    }

    @Override
    public List<Claim> claims() {
        List<Claim> claims = new ArrayList<>(ShiftNasClaims.of(space.starved(), space.fed()));
        claims.add(0, ShiftNasClaims.visits(space.shares()));
        ShiftSimulation.all(size).forEach(simulation -> claims.add(simulation.claim()));
        return claims;
    }

    // --- Pictures and words

    @Override
    public List<Plot> plots(Findings findings) {
        return new ShiftNasPictures(size, space, findings).plots();
    }

    @Override
    public List<FigureGroup> figures(Findings findings) {
        return new ShiftNasPictures(size, space, findings).groups();
    }

    /**
     * What was measured beyond the table, at the largest budget.
     *
     * @param levels the space before training, the cheapest level first
     * @param curves of learned probabilities, by arm, one a seed
     * @param picks one member a level, by arm, one list a seed
     */
    record Extra(
            List<LevelledSpace.Level> levels,
            Map<String, List<Curve>> curves,
            Map<String, List<Picks>> picks,
            List<ShiftSimulation> simulations) {}

    @Override
    public Object extra(Findings findings) {
        Map<String, List<Curve>> curves = new LinkedHashMap<>();
        Map<String, List<Picks>> picks = new LinkedHashMap<>();
        picks.put("A", findings.kept(findings.largestBudget(), "picks-A", Picks.class));
        for (String arm : GENERATED) {
            picks.put(arm, findings.kept(findings.largestBudget(), "picks-" + arm, Picks.class));
            if (arm.startsWith("C")) {
                curves.put(arm, findings.kept(findings.largestBudget(), "curve-" + arm, Curve.class));
            }
        }
        return new Extra(space.described(), curves, picks, ShiftSimulation.all(size));
    }

    @Override
    public Map<String, Object> words() {
        List<String> levels = new ArrayList<>();
        for (LevelledSpace.Level level : space.described()) {
            levels.add(String.format(
                    Locale.ROOT,
                    "%d: %.2f M, %d members, %.3f %%",
                    levels.size() + 1,
                    level.macs() / 1e6,
                    level.members(),
                    100 * level.share()));
        }
        return Map.of(
                "space", space.space(),
                "levelsInWords", String.join("; ", levels),
                "warmPercent", Math.round(100 * size.warmPart()));
    }

    @Override
    public List<String> notes(Findings findings) {
        int budget = findings.largestBudget();
        List<String> notes = new ArrayList<>(
                List.of(
                        "Nothing here says how members rank: that needs members trained alone, and none were.",
                        "Updates are equally many but in sandwich; arms that draw dear members more often need more time for them.",
                        "In arms whose levels do not learn, the images that are not trained on are other ones than in C, and as many."));
        for (String arm : GENERATED) {
            notes.add(String.format(
                    Locale.ROOT,
                    "%s after %d epochs, members within one level of the one asked for: %.1f %% of all steps%s.",
                    arm,
                    budget,
                    Statistics.mean(findings.list(budget, arm, HITS.key())),
                    findings.list(budget, arm, LAST_HITS).isEmpty()
                            ? ""
                            : String.format(
                                    Locale.ROOT,
                                    ", %.1f %% of the last quarter",
                                    Statistics.mean(findings.list(budget, arm, LAST_HITS)))));
        }
        findings.values(budget, "C", probability(0)).keySet().forEach(seed -> {
            List<String> levels = new ArrayList<>();
            for (int k = 0; k < space.levels(); k++) {
                levels.add(String.format(
                        Locale.ROOT,
                        "%d: %.3f, %+.4f",
                        k + 1,
                        findings.values(budget, "C", probability(k)).get(seed),
                        findings.values(budget, "C", lossChange(k)).get(seed)));
            }
            notes.add("C, seed " + seed
                    + ", final probability of each level and the mean change of its loss in an interval: "
                    + String.join("; ", levels) + ".");
        });
        return notes;
    }
}
