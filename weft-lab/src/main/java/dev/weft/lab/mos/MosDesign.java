package dev.weft.lab.mos;

import static dev.weft.lab.study.Claim.claim;
import static dev.weft.lab.study.Claim.report;
import static dev.weft.lab.study.Quantity.difference;
import static dev.weft.lab.study.Quantity.ratio;

import dev.weft.cost.CountedCosts;
import dev.weft.data.Dataset;
import dev.weft.data.TextSource;
import dev.weft.data.TextSplits;
import dev.weft.data.TextWindows;
import dev.weft.io.AtomicFile;
import dev.weft.lab.study.Arm;
import dev.weft.lab.study.Claim;
import dev.weft.lab.study.Column;
import dev.weft.lab.study.Design;
import dev.weft.lab.study.Findings;
import dev.weft.lab.study.Judgement;
import dev.weft.lab.study.Quantity;
import dev.weft.lab.study.Study;
import dev.weft.lab.study.StudySize;
import dev.weft.lab.study.Trial;
import dev.weft.lab.study.Values;
import dev.weft.loss.Regularisation;
import dev.weft.model.Family;
import dev.weft.model.LanguageModel;
import dev.weft.nn.MemberStatistics;
import dev.weft.optim.LearningRateSchedule;
import dev.weft.optim.Optimizer;
import dev.weft.recipe.DataSettings;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.TrainSettings;
import dev.weft.report.FigureGroup;
import dev.weft.sample.Sampler;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.text.TokenizerSettings;
import dev.weft.train.Evaluation;
import dev.weft.train.Trainer;
import dev.weft.trust.RankCorrelation;
import dev.weft.weight.Sharing;
import dev.weft.weight.encoding.MemberEncoding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/** The ways of training that are compared. Optimiser, schedule and data are the same for all. */
public final class MosDesign implements Design {
    public static final Study STUDY =
            Study.of("mixture-of-supernets", MosSize.class, (size, settings) -> new MosDesign(size, settings.data()));

    static final String LOSS = "nats/character";
    static final Column MEAN = new Column("mean", "mean loss of the six members", LOSS, 4, true);
    static final Column GAP = new Column("gap", "gap to training alone", LOSS, 4, true);
    static final Column CONFLICT = new Column("conflict", "conflict regression", "mean squared error", 4, true);
    private static final Column TAU = new Column("tau", "Kendall τ to training alone", "", 2, false);
    private static final Column PARAMETERS = new Column("parameters", "parameters in training", "", 0, false);
    private static final Column DEPLOYED = new Column("deployed", "deployed, largest", "parameters", 0, false);
    /** The largest difference, over the measured members, between the loss of the routed member and of the collapsed model. */
    static final String COLLAPSE = "collapse";
    /** What collapsing may change by rounding. */
    private static final double SAME = 1e-5;

    static final String ALONE = "alone";
    static final List<String> FEW_SHOT = List.of("few-shot-half", "few-shot");
    /** The decision by which few-shot supernets divide the space: every member has it. */
    private static final String SPLIT = "block1.mlpRatio";

    private static final String PATTERN = "(blocks\\.\\d+\\.mlp)\\.fc[12]\\.";
    private static final Sampler SANDWICH = new Sampler.Sandwich(1);

    private final MosSize size;
    private final String source;
    private final MosMembers members;
    private final double deployed;

    MosDesign(MosSize size, String source) {
        this.size = size;
        this.source = source;
        this.members = new MosMembers(size.model());
        // Opened before anything is written: images, or data that is not there, must not leave a folder behind.
        try (CountedCosts costs = new CountedCosts(
                size.model().withInput(text(source).input(text(source).open(1))))) {
            this.deployed = costs.of(size.model().space().largest()).params();
        }
    }

    @Override
    public StudySize size() {
        return size;
    }

    // --- Arms

    @Override
    public List<Arm> arms(int epochs) {
        List<Arm> arms = new ArrayList<>();
        List<String> alone = members.alone();
        // First, because others are compared with it.
        arms.add(new Arm(
                ALONE,
                "three of the members, each trained alone for as many steps: " + String.join(", ", alone),
                alone.size() * epochs,
                trial -> alone(trial).values()));
        double passes = SANDWICH.membersPerStep(size.model().space());
        for (MosSharing sharing : MosSharing.values()) {
            arms.add(new Arm(sharing.arm(), sharing.description(), epochs * passes, trial -> supernet(trial, sharing)));
        }
        int half = Math.max(1, epochs / 2);
        arms.add(new Arm(
                FEW_SHOT.get(0),
                "two supernets, one for each half of the first MLP's widths, half of the steps each",
                2 * half * passes,
                trial -> fewShot(trial, FEW_SHOT.get(0), half)));
        arms.add(new Arm(
                FEW_SHOT.get(1),
                "the same, all steps each: twice the training",
                2 * epochs * passes,
                trial -> fewShot(trial, FEW_SHOT.get(1), epochs)));
        arms.add(new Arm(
                "bigram",
                "no network: how often a character followed another in the training text",
                0,
                trial -> bigram((TextSplits) text(text(trial)).open(trial.seed()))));
        return arms;
    }

    /** Losses by member, and how many weights were trained. */
    record Losses(Map<String, Double> members, double parameters) {
        Losses {
            members = new LinkedHashMap<>(members);
        }

        /** The losses of these members and of those, which were trained apart. */
        Losses and(Losses others) {
            Map<String, Double> all = new LinkedHashMap<>(members);
            all.putAll(others.members);
            return new Losses(all, parameters + others.parameters);
        }

        Map<String, Double> values() {
            Map<String, Double> values = new LinkedHashMap<>();
            members.forEach((member, loss) -> values.put(key(member), loss));
            values.put(PARAMETERS.key(), parameters);
            return values;
        }
    }

    /** The key of a member's loss. */
    static String key(String member) {
        return "loss" + member;
    }

    private Losses alone(Trial trial) {
        return trial.once("losses-alone", Losses.class, () -> members.alone().stream()
                .map(name -> alone(trial, name))
                .reduce(Losses::and)
                .orElseThrow());
    }

    private Losses alone(Trial trial, String member) {
        LanguageModel plain = size.model().at(members.evaluated().get(member));
        return trial.train(ALONE + "-" + member, recipe(trial, plain, List.of(), trial.epochs(), new Sampler.Largest()))
                .measure(trainer -> losses(trainer, Map.of(member, Member.PLAIN)));
    }

    private Map<String, Double> supernet(Trial trial, MosSharing sharing) {
        List<Sharing> experts = sharing.of(PATTERN, size.experts(), size.routerWidth(), new MemberEncoding.Scaled());
        Trial.Trained trained =
                trial.train(sharing.arm(), recipe(trial, size.model(), experts, trial.epochs(), SANDWICH));
        Losses losses = trained.measure(trainer -> losses(trainer, members.evaluated()));
        Map<String, Double> values = compared(losses, alone(trial));
        values.put(DEPLOYED.key(), deployed);
        double error = 0;
        for (int i = 0; i < size.regressions(); i++) {
            long draw = (trial.seed() - 1) * size.regressions() + i + 1;
            error += trial.once("conflict-" + sharing.arm() + "-" + draw, ConflictRegression.Outcome.class, () -> {
                        trial.goOn();
                        return new ConflictRegression(size.regression()).run(sharing, draw);
                    })
                    .mean();
        }
        values.put(CONFLICT.key(), error / size.regressions());
        if (sharing.hasExperts()) {
            trained.once(
                    "routing-" + sharing.arm(),
                    MosRouting.class,
                    trainer -> MosRouting.of(trainer.family(), members.evaluated()));
            double collapse = trained.measure(trainer -> collapse(trainer, losses));
            if (sharing == MosSharing.LAYER_WISE) {
                WindowSearch.Found found = trained.once(
                        "search", WindowSearch.Found.class, trainer -> new WindowSearch(size).search(trainer, trial));
                collapse = Math.max(collapse, Math.abs(found.collapsedLoss() - found.reportLoss()));
            }
            values.put(COLLAPSE, collapse);
        }
        return values;
    }

    private Map<String, Double> fewShot(Trial trial, String name, int epochs) {
        Losses losses = half(trial, name + "-narrow", false, epochs).and(half(trial, name + "-wide", true, epochs));
        Map<String, Double> values = compared(losses, alone(trial));
        values.put(DEPLOYED.key(), deployed);
        return values;
    }

    private Losses half(Trial trial, String name, boolean wide, int epochs) {
        Map<String, Member> own = new LinkedHashMap<>(members.evaluated());
        own.values().removeIf(member -> isWide(member) != wide);
        return trial.train(name, recipe(trial, half(wide), List.of(), epochs, SANDWICH))
                .measure(trainer -> losses(trainer, own));
    }

    /** Whether a member belongs to the wider half of the space. */
    boolean isWide(Member member) {
        List<Double> ratios = size.model().blocks().get(0).mlpRatio();
        return ratios.indexOf(member.value(new Choice<>(SPLIT, ratios))) >= ratios.size() / 2;
    }

    /** The model of one half of the space, by the first block's MLP. */
    LanguageModel half(boolean wide) {
        List<LanguageModel.Block> blocks = new ArrayList<>(size.model().blocks());
        LanguageModel.Block first = blocks.get(0);
        List<Double> ratios = first.mlpRatio();
        int middle = ratios.size() / 2;
        blocks.set(
                0,
                new LanguageModel.Block(
                        first.numHeads(), wide ? ratios.subList(middle, ratios.size()) : ratios.subList(0, middle)));
        return size.model().withBlocks(blocks);
    }

    private Recipe recipe(Trial trial, LanguageModel model, List<Sharing> sharing, int epochs, Sampler sampler) {
        return recipe(text(trial), model, sharing, epochs, sampler);
    }

    /** Adam does not see the scale of a gradient, so that a sum over three members needs no other rate than one member. */
    Recipe recipe(String data, LanguageModel model, List<Sharing> sharing, int epochs, Sampler sampler) {
        return new Recipe(
                "mixture-of-supernets",
                "",
                model,
                sharing,
                null,
                text(data),
                TrainSettings.builder(epochs, new Optimizer.AdamW(size.learningRate(), 0.9, 0.98, 1e-8, 0.01))
                        .sampler(sampler)
                        .schedule(new LearningRateSchedule.Cosine(0.02, epochs / 20.0))
                        .regularisation(Regularisation.none())
                        .calibrationBatches(1)
                        .evaluateEveryEpochs(0)
                        .threads(1)
                        .build());
    }

    private DataSettings text(String data) {
        return new DataSettings.Text(
                data, new TokenizerSettings.Characters(), size.contextLength(), 0.05, 0.05, size.batchSize());
    }

    /** The text, or its beginning as a file of its own: an epoch of all of it is too long for a smoke run. */
    private String text(Trial trial) {
        if (size.characters() == 0) {
            return source;
        }
        Path file = trial.file("excerpt.txt").toAbsolutePath();
        if (!Files.exists(file)) {
            String text = TextSource.open(source).text();
            int characters = Math.min(size.characters(), text.codePointCount(0, text.length()));
            AtomicFile.writeText(file, text.substring(0, text.offsetByCodePoints(0, characters)));
        }
        return file.toString();
    }

    // --- Measurements: losses in nats a character, on the report split; a language model has no statistics to
    // calibrate

    private static Losses losses(Trainer trainer, Map<String, Member> of) {
        Map<String, Double> losses = new LinkedHashMap<>();
        of.forEach((name, member) ->
                losses.put(name, loss(trainer.family(), member, trainer.splits().report())));
        return new Losses(
                losses,
                trainer.family().weights().tensors().values().stream()
                        .mapToDouble(Tensor::numel)
                        .sum());
    }

    static double loss(Family family, Member member, Dataset data) {
        return Evaluation.loss(family, member, MemberStatistics.none(), data);
    }

    /** The loss of the static model that a member becomes: its mixtures are computed once, experts and routers are left behind. */
    static double collapsedLoss(Family family, Member member, Dataset data) {
        try (Family collapsed = family.extract(member, MemberStatistics.none())) {
            return loss(collapsed, Member.PLAIN, data);
        }
    }

    private double collapse(Trainer trainer, Losses losses) {
        return members.evaluated().entrySet().stream()
                .mapToDouble(entry -> Math.abs(collapsedLoss(
                                trainer.family(),
                                entry.getValue(),
                                trainer.splits().report())
                        - losses.members().get(entry.getKey())))
                .max()
                .orElseThrow();
    }

    /** Means, and differences from the members that were trained alone. */
    static Map<String, Double> compared(Losses losses, Losses alone) {
        Map<String, Double> values = losses.values();
        values.put(
                MEAN.key(),
                losses.members().values().stream().mapToDouble(v -> v).average().orElseThrow());
        List<Double> inherited = new ArrayList<>();
        List<Double> own = new ArrayList<>();
        alone.members().forEach((member, loss) -> {
            inherited.add(losses.members().get(member));
            own.add(loss);
        });
        double gap = 0;
        for (int i = 0; i < own.size(); i++) {
            gap += (inherited.get(i) - own.get(i)) / own.size();
        }
        values.put(GAP.key(), gap);
        values.put(TAU.key(), RankCorrelation.kendall(inherited, own));
        return values;
    }

    /** Counts with one added to each, so that what was never seen is possible. */
    static Map<String, Double> bigram(TextSplits splits) {
        int tokens = splits.train().tokenizer().vocabularySize();
        double[][] counts = new double[tokens][tokens];
        for (double[] row : counts) {
            Arrays.fill(row, 1);
        }
        pairs(splits.train()).forEach(pair -> counts[pair[0]][pair[1]]++);
        List<Double> losses = pairs(splits.report())
                .map(pair -> -Math.log(counts[pair[0]][pair[1]]
                        / Arrays.stream(counts[pair[0]]).sum()))
                .toList();
        return Map.of(MEAN.key(), losses.stream().reduce(0.0, Double::sum) / losses.size());
    }

    /** Each token and the one behind it. */
    private static Stream<int[]> pairs(TextWindows windows) {
        return IntStream.iterate(0, i -> i < windows.size(), i -> i + windows.contextLength())
                .mapToObj(windows::tokensWithNext)
                .flatMap(window ->
                        IntStream.range(0, window.length - 1).mapToObj(t -> new int[] {window[t], window[t + 1]}));
    }

    // --- The table and what is claimed

    @Override
    public List<Column> columns() {
        return List.of(MEAN, GAP, TAU, CONFLICT, PARAMETERS, DEPLOYED);
    }

    @Override
    public List<Claim> claims() {
        return CLAIMS;
    }

    static final List<Claim> CLAIMS = claimed();

    private static List<Claim> claimed() {
        List<String> experts = List.of(MosSharing.LAYER_WISE.arm(), MosSharing.NEURON_WISE.arm());
        List<Claim> claims = new ArrayList<>();
        for (String arm : experts) {
            claims.add(claim(ratio(arm, "standard", CONFLICT)).atMost(0.5));
        }
        Quantity blind = ratio("fixed-input", "standard", CONFLICT);
        claims.add(claim(new Quantity(blind.text() + ", minus 1", "", 2, values -> {
                    Map<Long, Double> ratios = new LinkedHashMap<>(blind.from().apply(values));
                    ratios.replaceAll((seed, ratio) -> ratio - 1);
                    return ratios;
                }))
                .within(0.1));
        for (String arm : experts) {
            claims.add(claim(difference("standard", arm, MEAN)).atLeast(0.01));
            claims.add(claim(difference("standard", arm, GAP)).atLeast(0));
        }
        claims.add(claim(difference("fixed-input", "standard", MEAN)).within(0.005));
        for (String fewShot : FEW_SHOT) {
            claims.add(report(difference(fewShot, "layer-wise", MEAN)).atLeast(0));
        }
        claims.add(Claim.of(
                Claim.Kind.CLAIM,
                "largest difference between the losses of collapsed and routed members",
                MosDesign::same));
        return claims;
    }

    /** Whether static models lose as their routed members do; it is exact, so one that does not decides it. */
    private static Judgement same(Values values) {
        List<Double> differences = new ArrayList<>();
        for (MosSharing sharing : MosSharing.values()) {
            differences.addAll(values.of(sharing.arm(), COLLAPSE).values());
        }
        if (differences.isEmpty()) {
            return Judgement.notTested(
                    "Claim: collapsed members lose as routed ones: not tested, for none was measured.");
        }
        double most = differences.stream().mapToDouble(v -> v).max().orElseThrow();
        return Judgement.exact(
                most <= SAME,
                most,
                String.format(
                        Locale.ROOT,
                        "Claim: largest difference between the losses of collapsed and routed members: at most %.0e nats expected;"
                                + " measured %.1e in %d supernets with experts.",
                        SAME,
                        most,
                        differences.size()));
    }

    // --- Pictures and words

    @Override
    public List<FigureGroup> figures(Findings findings) {
        return new MosPictures(members, findings).groups();
    }

    /** The routing of the first seed by arm, and what the searches found, at the largest budget. */
    record Extra(Map<String, MosRouting> routing, List<WindowSearch.Found> searches) {}

    @Override
    public Object extra(Findings findings) {
        return new Extra(
                new MosPictures(members, findings).routing(),
                findings.kept(findings.largestBudget(), "search", WindowSearch.Found.class));
    }

    @Override
    public Map<String, Object> words() {
        LanguageModel model = size.model();
        return Map.of(
                "heads", model.blocks().get(0).numHeads(),
                "space", model.space(),
                "evaluated", List.copyOf(members.evaluated().keySet()),
                "alone", members.alone());
    }

    @Override
    public List<String> notes(Findings findings) {
        List<String> notes = new ArrayList<>(List.of(
                "Kendall's τ orders three members: it can be 1, 1/3, -1/3 or -1 and says little. A smaller member here is a worse"
                        + " one, which every arm gets right.",
                "Arms with experts have more parameters in training, and as many steps; what is deployed is the same in all."
                        + " Fixed input has as many as layer-wise: what it does not gain is not owed to parameters.",
                "A mixture of two independent draws has half of their variance; it is not scaled up, so arms with experts begin"
                        + " with smaller MLP weights."));
        for (int epochs : findings.budgets()) {
            findings.kept(epochs, 1, "search", WindowSearch.Found.class)
                    .ifPresent(found -> notes.add(found.sentence(epochs)));
        }
        return notes;
    }
}
