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
import dev.weft.sample.Sampling;
import dev.weft.sample.level.CostLevelSampler;
import dev.weft.sample.level.LevelDistribution;
import dev.weft.sample.level.LevelMembers;
import dev.weft.space.Member;
import dev.weft.train.Trainer;
import dev.weft.weight.MemberProposals;
import dev.weft.weight.generator.MemberGenerator;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** The ways of drawing the member of a step that are compared; all else is the same. */
public final class ShiftNasDesign implements Design {
    public static final Study STUDY =
            Study.of("shiftnas", ShiftNasSize.class, (size, settings) -> new ShiftNasDesign(size, settings.data()));

    static final Column HITS = new Column("hits", "hits", "% within one level", 1, false);
    private static final String LAST_HITS = "hitsOfLastQuarter";
    private static final String METRIC = "macs";
    private static final int HIDDEN = 64;
    private static final Sampler.SinglePath UNIFORM = new Sampler.SinglePath(1);

    /** Arms whose levels learn. */
    static final List<String> LEARNED = List.of("C", "C-pathwise", "C-mask");

    /** Arms that would ship a member for each level: A the best of random ones, the others what their generators give. */
    static final List<String> PICKED = List.of("A", "B", "C", "C-pathwise", "C-mask");

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

    // --- Arms

    @Override
    public List<Arm> arms(int epochs) {
        LevelMembers generator = new LevelMembers.Generator(size.lambda(), adam(size.generatorRate()));
        LevelDistribution uniform = new LevelDistribution.Uniform();
        LevelDistribution learned = learned(epochs, LevelDistribution.Mode.SURROGATE);
        return List.of(
                picking("A", "every decision uniform (single path)", recipe(epochs, UNIFORM, null)),
                picking(
                        "B",
                        "cost levels uniform, members of the generator",
                        recipe(epochs, levels(uniform, generator), MemberGenerator.View.SLICE)),
                picking(
                        "C",
                        "ShiftNAS: levels learn from what their loss changed by (surrogate), members of the generator",
                        recipe(epochs, levels(learned, generator), MemberGenerator.View.SLICE)),
                picking(
                        "C-pathwise",
                        "as C, levels learn by the gradient through the generator, as the paper writes it",
                        recipe(
                                epochs,
                                levels(learned(epochs, LevelDistribution.Mode.PATHWISE), generator),
                                MemberGenerator.View.SLICE)),
                picking(
                        "C-mask",
                        "as C, the generator's view is the masked largest: exact gradients, at the largest member's cost",
                        recipe(epochs, levels(learned, generator), MemberGenerator.View.MASK)),
                Arm.trained(
                        "D",
                        "cost levels uniform, members by uniform draws until one is of the level",
                        recipe(epochs, levels(uniform, new LevelMembers.Rejection(size.draws())), null),
                        this::measured),
                Arm.trained(
                        "sandwich",
                        "largest, smallest and a random member a step, a third of the epochs: as many passes",
                        recipe(Math.max(1, epochs / 3), new Sampler.Sandwich(1), null),
                        this::measured),
                Arm.trained(
                        "largest-only",
                        "only the largest trains, the others are its slices: no training of a supernet",
                        recipe(epochs, new Sampler.Largest(), null),
                        this::measured));
    }

    /** An arm that is one training, of which a member is picked for each level. */
    private Arm picking(String name, String description, Recipe recipe) {
        return new Arm(name, description, Arm.weight(recipe), trial -> {
            Trial.Trained trained = trial.train(name, recipe);
            Map<String, Double> values = trained.measure(this::measured);
            trained.once("picks-" + name, Picks.class, trainer -> picks(trainer, trial)).picks().stream()
                    .filter(pick -> pick.found() == pick.level())
                    .forEach(pick -> values.put(picked(pick.level()), pick.reportAccuracy()));
            if (LEARNED.contains(name)) {
                trained.once("curve-" + name, Curve.class, this::curve);
            }
            return values;
        });
    }

    private Sampler levels(LevelDistribution distribution, LevelMembers members) {
        return new CostLevelSampler(METRIC, new CostLevelSampler.Levels(size.levels(), null), distribution, members, 1);
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
        if (trainer.settings().recipe().train().sampler().equals(UNIFORM)) {
            drawn(trainer).forEach((level, visits) -> values.put(visits(level), visits));
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

    /** How often single path trained each level: what it draws depends on seed and step alone, so its steps are drawn again. */
    private Map<Integer, Double> drawn(Trainer trainer) {
        Map<Integer, Double> visits = new TreeMap<>();
        IntStream.range(0, space.levels()).forEach(k -> visits.put(k, 0.0));
        for (long step = 0; step < trainer.steps(); step++) {
            RandomGenerator random = Sampling.random(trainer.settings().seed(), step);
            UNIFORM.draw(trainer.family().space(), random)
                    .forEach(draw -> visits.merge(space.level(draw.member()), 1.0, Double::sum));
        }
        return visits;
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

    /**
     * For each level the member that the generator gives for its middle, without noise; where there is none, the best of random members
     * by images that are the same for every arm: those that only A, B and D leave out beside them are not among them.
     */
    private Picks picks(Trainer trainer, Trial trial) {
        Optional<MemberProposals> generator = trainer.family().proposals();
        Dataset selection = images(size.selectionSize()).open(trial.seed()).selection();
        List<Pick> picks = new ArrayList<>();
        for (int k = 0; k < space.levels(); k++) {
            int level = k;
            List<Member> candidates = generator
                    .map(own -> List.of(own.strongest(space.target(level))))
                    .orElseGet(() -> space.draw(level, size.candidates(), size.memberSeed() + trial.seed()));
            Map<Member, Double> accuracies = new LinkedHashMap<>();
            for (Member member : candidates) {
                trial.goOn();
                accuracies.put(member, accuracy(trainer, member, selection));
            }
            Member best = candidates.stream()
                    .max(Comparator.comparing(accuracies::get))
                    .orElseThrow();
            picks.add(new Pick(
                    k,
                    space.level(best),
                    space.space().print(best),
                    space.macs(best),
                    accuracies.get(best),
                    accuracy(trainer, best, trainer.splits().report())));
            trial.progress("choose", k + 1, space.levels(), "levels");
        }
        return new Picks(picks);
    }

    private static double accuracy(Trainer trainer, Member member, Dataset images) {
        return 100 * trainer.accuracy(member, images);
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
        int budget = findings.largestBudget();
        Map<String, List<Curve>> curves = new LinkedHashMap<>();
        LEARNED.forEach(arm -> curves.put(arm, findings.kept(budget, "curve-" + arm, Curve.class)));
        Map<String, List<Picks>> picks = new LinkedHashMap<>();
        PICKED.forEach(arm -> picks.put(arm, findings.kept(budget, "picks-" + arm, Picks.class)));
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
        for (String arm : PICKED.subList(1, PICKED.size())) {
            List<Double> last = findings.list(budget, arm, LAST_HITS);
            notes.add(String.format(
                            Locale.ROOT,
                            "%s after %d epochs, members within one level of the one asked for: %.1f %% of all steps",
                            arm,
                            budget,
                            Statistics.mean(findings.list(budget, arm, HITS.key())))
                    + (last.isEmpty()
                            ? "."
                            : String.format(Locale.ROOT, ", %.1f %% of the last quarter.", Statistics.mean(last))));
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
