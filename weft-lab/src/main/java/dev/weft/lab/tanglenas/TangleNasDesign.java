package dev.weft.lab.tanglenas;

import static dev.weft.lab.study.Claim.claim;
import static dev.weft.lab.study.Claim.goal;
import static dev.weft.lab.study.Claim.report;
import static dev.weft.lab.study.Quantity.difference;
import static dev.weft.lab.study.Quantity.value;

import dev.weft.cost.CountedCosts;
import dev.weft.cost.MemberCosts;
import dev.weft.data.Dataset;
import dev.weft.data.Splits;
import dev.weft.lab.study.Arm;
import dev.weft.lab.study.Claim;
import dev.weft.lab.study.Column;
import dev.weft.lab.study.Design;
import dev.weft.lab.study.Findings;
import dev.weft.lab.study.Judgement;
import dev.weft.lab.study.Study;
import dev.weft.lab.study.StudySettings;
import dev.weft.lab.study.StudySize;
import dev.weft.lab.study.Trial;
import dev.weft.lab.study.Values;
import dev.weft.loss.Role;
import dev.weft.model.Family;
import dev.weft.model.ModelDefinition;
import dev.weft.model.ModelInput;
import dev.weft.recipe.DataSettings;
import dev.weft.recipe.Recipe;
import dev.weft.report.Plot;
import dev.weft.search.Nsga2;
import dev.weft.search.RandomSearch;
import dev.weft.search.SearchSettings;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.blend.Blend;
import dev.weft.weight.blend.SimplexMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The searches, what each chose, and what that is beside members that nobody searched for. */
public final class TangleNasDesign implements Design {
    static final String WITH_MAPS = "maps";
    static final String WITH_SMALL_SPACE = "small-space";
    static final String WITH_CELLS = "cells";
    public static final Study STUDY = Study.of("tanglenas", TangleNasSize.class, TangleNasDesign::new);

    static final Column ALONE = Column.accuracy("accuracy", "trained alone", true);
    static final Column INHERITED = Column.accuracy("inherited", "inherited", true);
    static final Column PARAMS = new Column("params", "parameters", "", 0, false);
    private static final Column MACS = new Column("macs", "multiply-adds", "million", 2, false);
    private static final Column SEARCH = new Column("searchSeconds", "search", "s", 0, false);
    static final Column WEIGHTS = new Column("weights", "weights stored", "", 0, false);
    static final Column STEP = new Column("stepMillis", "step", "ms", 1, false);
    static final Column RANK = new Column("rank", "rank in the small space", "", 1, false);

    /** Another map from logits to mixing weights. */
    private record OtherMap(String arm, SimplexMap map, String description) {}

    private static final List<OtherMap> MAPS = List.of(
            new OtherMap("A-softmax", new SimplexMap.Softmax(), "mixing weights by softmax (DARTS)"),
            new OtherMap("A-sparsemax", new SimplexMap.Sparsemax(), "mixing weights by sparsemax"),
            new OtherMap(
                    "A-gumbel",
                    new SimplexMap.Gumbel(null),
                    "one option a draw by Gumbel's, straight through; it computes all options, which GDAS does not"),
            new OtherMap(
                    "A-gdas", new SimplexMap.Gdas(null), "GDAS: the same draws, of which nothing else is computed"));

    private static final int MOST_MEMBERS = 1000;

    /**
     * A space that is searched.
     *
     * @param prefix what the names of its members' trainings begin with
     */
    private record SearchSpace(String prefix, ModelDefinition model) {
        Space space() {
            return model.space();
        }
    }

    private final TangleNasSize size;
    private final StudySettings settings;
    private final boolean smallSpace;
    private final TangleNasRecipes recipes;
    private final ModelInput input;
    private final SearchSpace main;
    private final SearchSpace small;
    private final Space space;

    TangleNasDesign(TangleNasSize size, StudySettings settings) {
        this.size = size;
        this.settings = settings;
        this.smallSpace = settings.has(WITH_SMALL_SPACE);
        // Opened before anything is written: data that is not there must not leave a folder behind.
        DataSettings images = new TangleNasRecipes(size, settings.data(), 0).images(size.selectionSize());
        Splits splits = images.open(1);
        this.recipes =
                new TangleNasRecipes(size, settings.data(), splits.train().size());
        this.input = images.input(splits);
        this.main = new SearchSpace("", size.model());
        this.small = new SearchSpace("small-", size.smallModel());
        this.space = main.space();
    }

    @Override
    public StudySize size() {
        return size;
    }

    // --- Arms

    @Override
    public List<Arm> arms(int epochs) {
        TangleNasSize.Compared compared = size.compared();
        List<Arm> arms = new ArrayList<>();
        double largest = costs(size.model(), costs -> costs.of(space.largest()).params());
        arms.add(byGradient(
                "A",
                "TangleNAS: entangled weights, Dirichlet draws; what its logits chose",
                main,
                recipes.entangled(size.model(), epochs, null)));
        arms.add(byGradient(
                "A-budget",
                "as A, with a term for parameters beyond a budget",
                main,
                recipes.entangled(size.model(), epochs, recipes.budget(largest))));
        if (settings.has(WITH_MAPS)) {
            MAPS.forEach(other -> arms.add(byGradient(
                    other.arm,
                    "as A, " + other.description,
                    main,
                    recipes.gradient(size.model(), epochs, other.map, Blend.Ownership.ENTANGLED, null))));
        }
        arms.add(byGradient(
                "B", "as A, every combination of options with weights of its own", main, recipes.separate(epochs)));
        arms.add(bySearch(
                "C-random",
                "single path (SPOS) as many gradient steps as A, then random search",
                epochs,
                new RandomSearch(compared.candidates())));
        arms.add(bySearch(
                "C-evolution",
                "the same weights as C-random, then evolution",
                epochs,
                new Nsga2(compared.population(), compared.generations())));
        arms.add(group(
                "D",
                "mean of uniformly random members: no search",
                compared.random() * epochs,
                main,
                trial -> random(trial, main)));
        arms.add(group(
                "D-matched",
                "mean of random members with as many parameters as A's choice, give or take 15 %",
                compared.matched() * epochs,
                main,
                this::matched));
        arms.add(group("largest", "the largest member: no search", epochs, main, trial -> List.of(space.largest())));
        if (smallSpace) {
            arms.addAll(ofSmallSpace(epochs));
        }
        for (TangleNasSize.Cells cells : cells()) {
            SearchSpace searched = new SearchSpace(cells.name() + "-", cells.model());
            arms.add(byGradient(
                    cells.name(),
                    "as A in the cells of " + cells.recipe(),
                    searched,
                    recipes.entangled(searched.model(), epochs, null)));
            arms.add(group(
                    cells.name() + "-D",
                    "mean of random members of these cells: no search",
                    compared.random() * epochs,
                    searched,
                    trial -> random(trial, searched)));
        }
        return arms;
    }

    private List<TangleNasSize.Cells> cells() {
        return settings.has(WITH_CELLS) ? size.cells() : List.of();
    }

    private List<Member> random(Trial trial, SearchSpace searched) {
        return TangleNasMembers.random(searched.space(), size.compared().random(), 1000 + trial.seed());
    }

    private Arm byGradient(String name, String description, SearchSpace searched, Recipe recipe) {
        return new Arm(name, description, Arm.weight(recipe) + recipe.train().epochs() / 2.0, trial -> {
            Trial.Trained trained = trial.train(name, recipe);
            Chosen chosen = chosenByLogits(trial, name, trained);
            trained.once("curve-" + name, SearchCurve.class, SearchCurve::of);
            Map<String, Double> values =
                    values(trial, name, searched, List.of(searched.space().parse(chosen.member())));
            note(values, chosen);
            if (searched.equals(main)) {
                noteStored(trial, values, name, name.equals("B") ? "B" : "A");
            }
            return values;
        });
    }

    private static void note(Map<String, Double> values, Chosen chosen) {
        values.put(INHERITED.key(), chosen.inherited());
        values.put(SEARCH.key(), chosen.seconds());
    }

    private Chosen chosenByLogits(Trial trial, String name, Trial.Trained trained) {
        return trained.once("chosen-" + name, Chosen.class, trainer -> {
            try (Family family = Family.open(trained.family())) {
                return Chosen.of(trainer, family.member(Role.CHOSEN.toString()), null, trainer.seconds(), 0);
            }
        });
    }

    private Arm bySearch(String name, String description, int epochs, SearchSettings strategy) {
        return new Arm(name, description, 5.0 * epochs, trial -> {
            Chosen chosen = chosenBySearch(trial, name, "C", recipes.singlePath(size.model(), epochs), strategy);
            Map<String, Double> values = values(trial, name, main, List.of(space.parse(chosen.member())));
            note(values, chosen);
            noteStored(trial, values, name, "largest"); // single path stores what the largest has
            return values;
        });
    }

    private Chosen chosenBySearch(Trial trial, String name, String training, Recipe recipe, SearchSettings strategy) {
        Trial.Trained trained = trial.train(training, recipe);
        return trained.once("chosen-" + name, Chosen.class, trainer -> {
            Dataset all =
                    recipes.images(size.selectionSize()).open(trial.seed()).train();
            return Chosen.bySearch(trainer, all, strategy, trial);
        });
    }

    private Arm group(
            String name,
            String description,
            double weight,
            SearchSpace searched,
            Function<Trial, List<Member>> members) {
        return new Arm(name, description, weight, trial -> {
            Map<String, Double> values = values(trial, name, searched, members.apply(trial));
            if (name.equals("largest")) {
                noteStored(trial, values, name, name);
            }
            return values;
        });
    }

    private List<Member> matched(Trial trial) {
        Recipe recipe = recipes.entangled(size.model(), trial.epochs(), null);
        Chosen chosen =
                trial.once("chosen-A", Chosen.class, () -> chosenByLogits(trial, "A", trial.train("A", recipe)));
        return costs(
                size.model(),
                costs -> TangleNasMembers.matched(
                        space,
                        costs,
                        space.parse(chosen.member()),
                        size.compared().matched(),
                        2000 + trial.seed()));
    }

    /** Every member of a small space, so that choices have a rank among them. */
    private List<Arm> ofSmallSpace(int epochs) {
        List<Member> all = small.space().enumerate(MOST_MEMBERS);
        // So many draws that no member is left out.
        SearchSettings every = new RandomSearch(all.size(), 50 * all.size());
        Recipe gradient = recipes.entangled(small.model(), epochs, null);
        return List.of(
                new Arm(
                        "small-all",
                        "mean of all " + all.size() + " members of a small space",
                        all.size() * epochs,
                        trial -> new LinkedHashMap<>(Map.of(ALONE.key(), mean(small(trial), Alone::accuracy)))),
                new Arm(
                        "small-A",
                        "A's choice in the small space, and its rank among all",
                        Arm.weight(gradient),
                        trial -> ranked(trial, chosenByLogits(trial, "small-A", trial.train("small-A", gradient)))),
                new Arm(
                        "small-C",
                        "single path's choice in the small space, and its rank among all",
                        4.0 * epochs,
                        trial -> ranked(
                                trial,
                                chosenBySearch(
                                        trial,
                                        "small-C",
                                        "small-C",
                                        recipes.singlePath(small.model(), epochs),
                                        every))));
    }

    private List<Alone> small(Trial trial) {
        return alone(trial, "small-all", small, small.space().enumerate(MOST_MEMBERS));
    }

    private Map<String, Double> ranked(Trial trial, Chosen chosen) {
        List<Alone> all = small(trial);
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(ALONE.key(), accuracy(all, chosen.member()));
        values.put(RANK.key(), (double) rank(all, chosen.member()));
        note(values, chosen);
        return values;
    }

    /** 1 for the most accurate; members of equal accuracy share the better rank. */
    static int rank(List<Alone> all, String member) {
        double accuracy = accuracy(all, member);
        return 1 + (int) all.stream().filter(m -> m.accuracy() > accuracy).count();
    }

    private static double accuracy(List<Alone> all, String member) {
        return all.stream()
                .filter(m -> m.member().equals(member))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(member + " was not trained alone"))
                .accuracy();
    }

    // --- Measurements

    /** A member trained alone by the one recipe: accuracy on the report split, in percent. */
    record Alone(String member, double accuracy, long params, long macs) {}

    /** Members of an arm, trained alone. */
    record Group(List<Alone> members) {}

    private List<Alone> alone(Trial trial, String arm, SearchSpace searched, List<Member> members) {
        return trial.once(
                        "alone-of-" + arm,
                        Group.class,
                        () -> new Group(members.stream()
                                .map(member -> alone(trial, searched, member))
                                .toList()))
                .members();
    }

    private Map<String, Double> values(Trial trial, String arm, SearchSpace searched, List<Member> members) {
        List<Alone> alone = alone(trial, arm, searched, members);
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(ALONE.key(), mean(alone, Alone::accuracy));
        values.put(PARAMS.key(), mean(alone, Alone::params));
        values.put(MACS.key(), mean(alone, one -> one.macs() / 1e6));
        return values;
    }

    private static double mean(List<Alone> members, ToDoubleFunction<Alone> of) {
        return members.stream().mapToDouble(of).average().orElseThrow();
    }

    /** Named by which option of each choice the member picks, counted from 0. */
    private Alone alone(Trial trial, SearchSpace searched, Member member) {
        String name = searched.prefix() + "alone-"
                + searched.space().encode(member).stream().map(String::valueOf).collect(Collectors.joining());
        double accuracy = trial.train(name, recipes.alone(searched.model(), member, trial.epochs()))
                .measure(trainer ->
                        Chosen.percent(trainer, trainer.family().space().largest()));
        MemberCosts cost = costs(searched.model(), costs -> costs.of(member));
        return new Alone(member.toString(), accuracy, cost.params(), cost.macs());
    }

    private <T> T costs(ModelDefinition model, Function<CountedCosts, T> of) {
        try (CountedCosts costs = new CountedCosts(model.withInput(input))) {
            return of.apply(costs);
        }
    }

    /** @param as the timed arm that stores as many weights; the time of a step is noted of that one alone */
    private void noteStored(Trial trial, Map<String, Double> values, String arm, String as) {
        StepTimes.Measured times = times(trial);
        values.put(WEIGHTS.key(), (double) times.weights().get(as));
        if (arm.equals(as)) {
            values.put(STEP.key(), times.medianMillis(as));
        }
    }

    private StepTimes.Measured times(Trial trial) {
        return trial.once("step-times", StepTimes.Measured.class, () -> {
            Map<String, Recipe> timed = new LinkedHashMap<>();
            timed.put("A", recipes.entangled(size.model(), trial.epochs(), null));
            timed.put("B", recipes.separate(trial.epochs()));
            timed.put("largest", recipes.alone(size.model(), space.largest(), trial.epochs()));
            return StepTimes.measure(timed, size.timingRounds(), trial);
        });
    }

    // --- The table and what is claimed

    @Override
    public List<Column> columns() {
        List<Column> columns = new ArrayList<>(List.of(ALONE, INHERITED, PARAMS, MACS, SEARCH, WEIGHTS, STEP));
        if (smallSpace) {
            columns.add(RANK);
        }
        return columns;
    }

    @Override
    public List<Claim> claims() {
        List<Claim> claims = new ArrayList<>(CLAIMS);
        int options = space.choices().stream().mapToInt(c -> c.options().size()).sum();
        claims.add(
                0,
                Claim.of(
                        Claim.Kind.CLAIM,
                        "weights stored by A, the largest member and B",
                        values -> weights(values, options)));
        if (smallSpace) {
            int members = size.smallModel().space().count().intValue();
            claims.add(report(value("small-A", RANK)).atMost(Math.max(1, members / 4)));
            claims.add(report(value("small-C", RANK)).atMost(Math.max(1, members / 4)));
        }
        cells().forEach(cells -> claims.add(
                report(difference(cells.name(), cells.name() + "-D", ALONE)).atLeast(0)));
        return claims;
    }

    /** The statements of the specification about means over seeds. */
    static final List<Claim> CLAIMS = List.of(
            claim(difference("B", "A", STEP))
                    .remarked("Steps were taken in turn.")
                    .atLeast(0),
            claim(difference("A", "D", ALONE)).atLeast(0.5),
            claim(difference("A", "C-random", ALONE)).atLeast(-0.5),
            claim(difference("A", "C-evolution", ALONE)).atLeast(-0.5),
            goal(difference("A", "D-matched", ALONE))
                    .remarked("Large members win, so this is the comparison that matters most.")
                    .atLeast(0),
            report(difference("A", "largest", ALONE)).atLeast(0),
            report(difference("A", "C-random", INHERITED)).atLeast(0));

    /**
     * Entangled weights are those of the largest member and one logit an option, to the last one; separate ones are more than twice as
     * many.
     *
     * @param options of all choices together
     */
    static Judgement weights(Values values, int options) {
        List<Long> counts = Stream.of(
                        values.of("largest", PARAMS.key()),
                        values.of("largest", WEIGHTS.key()),
                        values.of("A", WEIGHTS.key()),
                        values.of("B", WEIGHTS.key()))
                .flatMap(bySeed -> bySeed.values().stream().limit(1))
                .map(Math::round)
                .toList();
        if (counts.size() < 4) {
            return Judgement.notTested(
                    "Claim: A stores the weights of the largest member: not tested, for not all were counted.");
        }
        long largest = counts.get(0);
        long plain = counts.get(1);
        long entangled = counts.get(2);
        long separate = counts.get(3);
        return Judgement.exact(
                plain == largest && entangled == largest + options && separate > 2 * entangled,
                entangled - largest,
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

    // --- Pictures and words

    @Override
    public List<Plot> plots(Findings findings) {
        return new TangleNasPictures(size, findings).all(smallSpace);
    }

    /** What was chosen, by arm, one a seed, and how A decided, at the largest budget. */
    record Extra(Map<String, List<Chosen>> chosen, List<SearchCurve> curves) {}

    @Override
    public Object extra(Findings findings) {
        int budget = findings.largestBudget();
        Map<String, List<Chosen>> chosen = new LinkedHashMap<>();
        for (Arm arm : findings.arms(budget)) {
            List<Chosen> own = findings.kept(budget, "chosen-" + arm.name(), Chosen.class);
            if (!own.isEmpty()) {
                chosen.put(arm.name(), own);
            }
        }
        return new Extra(chosen, findings.kept(budget, "curve-A", SearchCurve.class));
    }

    @Override
    public Map<String, Object> words() {
        return Map.of(
                "space", space,
                "smallSpace", size.smallModel().space(),
                "targetPercent", Math.round(100 * size.cost().target()));
    }

    @Override
    public List<String> notes(Findings findings) {
        List<String> notes = new ArrayList<>(List.of(
                "Nothing in A keeps members small, and larger ones tend to be more accurate: the fair comparison is with random"
                        + " members of the same cost.",
                "The time of a search by gradient holds the evaluations behind its curve; that of C is training and measuring"
                        + " candidates. Step times are medians of steps taken in turn.",
                "The last convolution sees 3×3 pixels in the full experiment: a kernel of 7 does no more there than one of 5, and costs"
                        + " more. Without a budget nothing tells a search so.",
                "C halves the training images differently from A: both halves are random, of the same images."));
        int budget = findings.largestBudget();
        for (long seed : findings.seeds()) {
            for (Arm arm : findings.arms(budget)) {
                findings.kept(budget, seed, "chosen-" + arm.name(), Chosen.class)
                        .ifPresent(chosen -> notes.add(String.format(
                                Locale.ROOT,
                                "Seed %d, %s chose %s: %.2f %% with inherited weights, %.2f %% trained alone.",
                                seed,
                                arm.name(),
                                chosen.member(),
                                chosen.inherited(),
                                findings.values(budget, arm.name(), ALONE.key()).get(seed))));
            }
        }
        return notes;
    }
}
