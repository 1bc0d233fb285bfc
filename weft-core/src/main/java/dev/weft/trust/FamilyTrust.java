package dev.weft.trust;

import dev.weft.cost.CountedCosts;
import dev.weft.io.AtomicFile;
import dev.weft.io.Csv;
import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import dev.weft.io.Yaml;
import dev.weft.metric.Metric;
import dev.weft.model.Family;
import dev.weft.ops.Libtorch;
import dev.weft.pick.FamilyData;
import dev.weft.recipe.DataProvenance;
import dev.weft.recipe.DataSettings;
import dev.weft.recipe.Recipe;
import dev.weft.run.RunFolder;
import dev.weft.search.Evaluations;
import dev.weft.space.Member;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.bytedeco.pytorch.global.torch;

/**
 * How far the ranking of a family's members by inherited weights can be believed. The truth is training some of them alone, or a table
 * of numbers that are known already. Everything lies in one folder: the trainings, each a run of its own, and what was measured; so
 * work that was stopped or killed goes on when it is asked for again, and repeats nothing that was finished.
 */
public final class FamilyTrust implements AutoCloseable {
    /** Says where batch norm gets mean and variance. */
    public enum Statistics {
        /** Gathered for each member over training examples, as everywhere else in Weft. */
        RECALIBRATED,
        /** The statistics of the evaluated batch itself, as published benchmarks of shared weights have it. */
        BATCH
    }

    /**
     * How inherited weights are judged.
     *
     * @param statistics of batch norm
     * @param cost of {@link dev.weft.cost.MemberCosts}, that gaps are shown by: {@code macs} or {@code params}
     * @param ranking what is computed
     */
    public record Settings(Statistics statistics, String cost, RankSettings ranking) {
        /** Recalibrated batch norm, gaps by multiply-adds. */
        public static Settings of(long seed) {
            return new Settings(Statistics.RECALIBRATED, "macs", RankSettings.of(seed));
        }
    }

    private final Path file;
    private final Family family;
    private final FamilyData data;
    private final Settings settings;
    private final InheritedScores inherited;
    private final Metric metric;

    private FamilyTrust(Path file, Family family, Settings settings, Optional<String> data) {
        this.file = file;
        this.family = family;
        this.settings = settings;
        this.data =
                data.map(place -> FamilyData.asTrained(family, place)).orElseGet(() -> FamilyData.asTrained(family));
        this.inherited = new InheritedScores(family, this.data, settings.statistics());
        this.metric = inherited.metric();
    }

    /** Does what {@link #open(Path, Settings, Optional)} does, with the data where it was. */
    public static FamilyTrust open(Path file, Settings settings) {
        return open(file, settings, Optional.empty());
    }

    /**
     * Opens a family that remembers what it was trained on.
     *
     * @param file the family's
     * @param data where what it was trained on lies now; empty for where it was
     * @throws InputException when it is no such family, or its data has changed
     */
    public static FamilyTrust open(Path file, Settings settings, Optional<String> data) {
        return open(file, settings, data, Kinds.builtIn());
    }

    /** The same, of a family that may name more kinds. */
    public static FamilyTrust open(Path file, Settings settings, Optional<String> data, Kinds kinds) {
        Family family = Family.open(file, kinds);
        FamilyTrust trust = null;
        try {
            if (family.space().choices().isEmpty()) {
                throw new InputException(
                        file + " must have members to rank, but is a plain model: nothing is left to choose.");
            }
            trust = new FamilyTrust(file.toAbsolutePath().normalize(), family, settings, data);
            return trust;
        } finally {
            if (trust == null) {
                family.close();
            }
        }
    }

    public Family family() {
        return family;
    }

    /**
     * Trains members alone and compares them with what they inherit.
     *
     * @param members three or more, distinct
     * @param recipe of their training; its model and what it says of sharing are not used
     * @param trainings how often each is trained; two or more give a noise floor
     * @param seed of the first training of each member
     * @param folder new, empty, or begun by the same call with as many trainings or others
     * @param stop asked between steps
     * @return empty when it was stopped: the same call goes on
     */
    public Optional<TrustDocument> train(
            List<Member> members,
            Recipe recipe,
            int trainings,
            long seed,
            Path folder,
            BooleanSupplier stop,
            TrustProgress progress) {
        requireMembers(members);
        if (trainings < 1) {
            throw new InputException(
                    "Every anchor must be trained once or more, but " + trainings + " trainings were asked for.");
        }
        DataProvenance origin = DataProvenance.of(family)
                .orElseThrow(() -> new InputException(
                        file + " must say what its family was trained on, to train members alone, but does not."));
        boolean same = recipe.data().source().equals(origin.data().source());
        DataSettings splits = recipe.data().withSplitsOf(origin.seed());
        Recipe fixed = recipe.with(same ? splits.withSource(data.source()) : splits, recipe.train());
        TrustPlan plan = plan(members, seed, threads(fixed), fixed);
        try (RunFolder run = begin(folder, plan, same, family.kinds())) {
            Libtorch.useThreads(plan.threads());
            AnchorTrainings anchors = new AnchorTrainings(
                    folder.resolve("trainings"), file, family.kinds(), fixed, members, seed, metric);
            if (!anchors.run(trainings, stop, progress)) {
                return Optional.empty();
            }
            Libtorch.useThreads(plan.threads()); // each training has set its own
            List<List<Double>> alone = anchors.values(trainings);
            Map<String, String> source = source();
            source.put(
                    "truth",
                    members.size() + " members, each trained alone "
                            + (trainings == 1 ? "once" : trainings + " times") + " by recipe " + recipe.name() + ", "
                            + recipe.train().epochs() + (recipe.train().epochs() == 1 ? " epoch" : " epochs"));
            source.put("trainingSeeds", seed + (trainings == 1 ? "" : " to " + (seed + trainings - 1)));
            List<String> remarks = Sentences.earlier(anchors.ofEarlierVersion(trainings), trainings);
            return measured(members, alone, run, stop, progress)
                    .map(ranking -> written(folder, members, ranking, source, remarks));
        }
    }

    /**
     * Compares a table of what is known of some members with what they inherit.
     *
     * @param truth of members as the family writes them; accuracies as parts of 1 or in percent
     * @param common whether lines that are no members of the family are left out
     * @param folder as in {@link #train}
     * @return empty when it was stopped: the same call goes on
     */
    public Optional<TrustDocument> compare(
            ScoreTable truth, boolean common, Path folder, BooleanSupplier stop, TrustProgress progress) {
        List<String> lines = truth.values().keySet().stream()
                .filter(line -> !common || isMember(line))
                .toList();
        List<Member> members = members(lines, truth.file());
        requireMembers(members);
        TrustPlan plan = plan(members, 0, torch.get_num_threads(), null);
        try (RunFolder run = begin(folder, plan, true, family.kinds())) {
            Map<String, String> source = source();
            source.put("truth", truth.file().toString());
            if (lines.size() < truth.values().size()) {
                source.put("leftOut", truth.values().size() - lines.size() + " that are no members of the family");
            }
            List<List<Double>> known = lines.stream().map(truth.values()::get).toList();
            return measured(members, known, run, stop, progress)
                    .map(ranking -> written(folder, members, ranking, source, List.of()));
        }
    }

    private boolean isMember(String line) {
        try {
            family.member(line);
            return true;
        } catch (InputException e) {
            return false;
        }
    }

    /**
     * Members from their lines.
     *
     * @param file what messages call the list
     * @throws InputException naming a line that is no member
     */
    public List<Member> members(List<String> lines, Path file) {
        List<Member> members = new ArrayList<>();
        for (String line : lines) {
            try {
                members.add(family.member(line));
            } catch (InputException e) {
                throw new InputException(file + ": " + e.getMessage(), e);
            }
        }
        return members;
    }

    private void requireMembers(List<Member> members) {
        if (members.size() < Anchors.FEWEST) {
            throw new InputException("There must be " + Anchors.FEWEST + " members or more to be ranked, but there "
                    + (members.size() == 1 ? "is " : "are ") + members.size() + ". Give more; thirty say a good deal.");
        }
        HashSet<Member> seen = new HashSet<>();
        for (Member member : members) {
            if (!seen.add(member)) {
                throw new InputException("Every member must be there once, but \""
                        + family.space().print(member)
                        + "\" is there twice (two lines may mean the same member). Remove one.");
            }
        }
    }

    private static int threads(Recipe recipe) {
        Integer asked = recipe.train().threads();
        return asked == null ? torch.get_num_threads() : asked;
    }

    private TrustPlan plan(List<Member> members, long seed, int threads, Recipe recipe) {
        return new TrustPlan(
                TrustPlan.FORMAT_VERSION,
                seed,
                threads,
                family.definition(),
                members.stream().map(family.space()::print).toList(),
                recipe == null ? null : recipe.data(),
                recipe == null ? null : recipe.train());
    }

    /** @param asTrained whether the data is the family's, which was compared by content: it may lie at another place than before */
    private static RunFolder begin(Path folder, TrustPlan plan, boolean asTrained, Kinds kinds) {
        if (Files.exists(folder.resolve("config.yaml"))) {
            plan.requireSame(folder, asTrained, kinds);
            return RunFolder.open(folder);
        }
        return RunFolder.create(folder, Yaml.writeReadable(plan, "The settings of trust in a family", kinds));
    }

    private Map<String, String> source() {
        Map<String, String> source = new LinkedHashMap<>();
        source.put("family", file.toString());
        source.put(
                "scores",
                metric + " with inherited weights on the selection split of " + data.source() + ", "
                        + data.selection().orElseThrow().size() + " examples, "
                        + (settings.statistics() == Statistics.BATCH
                                ? "batch norm of batches of " + InheritedScores.BATCH_SIZE
                                : "recalibrated"));
        return source;
    }

    /** The members with scores, truths and baselines as they were measured; empty when it was stopped. */
    private Optional<Ranking> measured(
            List<Member> members,
            List<List<Double>> truths,
            RunFolder run,
            BooleanSupplier stop,
            TrustProgress progress) {
        Evaluations scores = Evaluations.of(inherited, run.database());
        Evaluations norms = Evaluations.of(new GradientNorm(family.definition(), data.training()), run.database());
        List<Double> found = values(members, scores, metric.key(), "inherited", stop, progress);
        List<Double> proxies = values(members, norms, Baseline.GRADIENT_NORM, "gradient norm", stop, progress);
        if (proxies.size() < members.size()) {
            return Optional.empty();
        }
        List<String> lines = members.stream().map(family.space()::print).toList();
        return Optional.of(new Ranking(lines, found, truths)
                .with(List.of(
                        new Baseline(Baseline.PARAMS, costs(members, Baseline.PARAMS)),
                        new Baseline(Baseline.MACS, costs(members, Baseline.MACS)),
                        new Baseline(Baseline.GRADIENT_NORM, proxies))));
    }

    /** Fewer than there are members when it was stopped. */
    private static List<Double> values(
            List<Member> members,
            Evaluations evaluations,
            String name,
            String phase,
            BooleanSupplier stop,
            TrustProgress progress) {
        List<Double> values = new ArrayList<>();
        for (Member member : members) {
            if (stop.getAsBoolean()) {
                break;
            }
            values.add(evaluations.value(member, name));
            progress.update(phase, values.size(), members.size(), "members", "");
        }
        return values;
    }

    /** Members in the order of their cost, in the tables and in the document. */
    private TrustDocument written(
            Path folder, List<Member> members, Ranking raw, Map<String, String> source, List<String> remarks) {
        List<Double> costs = costs(members, settings.cost());
        writeTables(folder, raw);
        Ranking ranking = metric.higherIsBetter()
                ? new Ranking(
                                raw.members(),
                                raw.scores().stream().map(score -> 100 * score).toList(),
                                raw.trainings())
                        .with(raw.baselines())
                        .inPoints()
                : raw.ofLosses();
        CostGap gap = CostGap.of(ranking, costs, settings.ranking().bootstrap());
        TrustReport report = TrustReport.of(ranking, settings.ranking())
                .with(Sentences.gap(gap, costName(), ranking.unit()))
                .with(remarks);
        List<TrustDocument.Anchor> anchors = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            anchors.add(new TrustDocument.Anchor(
                    ranking.members().get(i),
                    costs.get(i),
                    ranking.scores().get(i),
                    ranking.trainings().get(i),
                    ranking.baselinesOf(i)));
        }
        return new TrustDocument(source, ranking.unit(), report, costName(), gap, anchors);
    }

    private String costName() {
        return Baseline.label(settings.cost());
    }

    private List<Double> costs(List<Member> members, String cost) {
        try (CountedCosts counted = new CountedCosts(family.plan())) {
            return members.stream()
                    .map(member -> (double) counted.of(member).value(cost))
                    .toList();
        }
    }

    /** Writes the tables that {@code weft trust --scores --truth} reads; beside the anchors stand their baselines. */
    private static void writeTables(Path folder, Ranking raw) {
        List<String> head = new ArrayList<>(List.of("member"));
        raw.baselines().forEach(baseline -> head.add(baseline.name()));
        for (int t = 0; t < raw.trainingsEach(); t++) {
            head.add(t == 0 ? "score" : "score" + (t + 1));
        }
        StringBuilder anchors = new StringBuilder(Csv.line(head));
        StringBuilder inherited = new StringBuilder(Csv.line(List.of("member", "score")));
        for (int i = 0; i < raw.size(); i++) {
            String member = raw.members().get(i);
            List<String> row = new ArrayList<>(List.of(member));
            raw.baselinesOf(i).forEach((name, value) -> row.add(number(value)));
            raw.trainings().get(i).forEach(value -> row.add(Double.toString(value)));
            anchors.append(Csv.line(row));
            inherited.append(
                    Csv.line(List.of(member, Double.toString(raw.scores().get(i)))));
        }
        AtomicFile.writeText(folder.resolve("anchors.csv"), anchors.toString());
        AtomicFile.writeText(folder.resolve("inherited.csv"), inherited.toString());
    }

    /** Counts without a fraction. */
    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    @Override
    public void close() {
        inherited.close();
        family.close();
    }
}
