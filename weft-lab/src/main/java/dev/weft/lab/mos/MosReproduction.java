package dev.weft.lab.mos;

import dev.weft.cost.CountedCosts;
import dev.weft.data.TextSource;
import dev.weft.io.AtomicFile;
import dev.weft.lab.Arm;
import dev.weft.lab.Experiment;
import dev.weft.lab.Judgement;
import dev.weft.lab.Reproduction;
import dev.weft.lab.ReproductionProgress;
import dev.weft.lab.ReproductionSettings;
import dev.weft.lab.Results;
import dev.weft.model.ModelInput;
import dev.weft.report.ExperimentReport;
import dev.weft.space.Member;
import dev.weft.train.DataSettings;
import dev.weft.train.Trainer;
import dev.weft.train.TrainingListener;
import dev.weft.weight.RoutedWeights;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;

/**
 * Mixture-of-Supernets at small scale: do experts that a router mixes for each member take the conflict out of shared weights, and
 * is it knowledge of the member or only more parameters that does it? First where the conflict is by design, then in a language model,
 * where it is weak. Arms and claims are those of the specification's section on reproduction; numbers are of this scale, not the
 * paper's.
 */
public final class MosReproduction implements Reproduction {
    private static final String NAME = "mixture-of-supernets";
    /** The conflict takes seconds, and so has more seeds than the language model. */
    private static final int SMOKE_CHARACTERS = 60_000;

    private static final int REGRESSION_SEEDS = 5;

    private final MosScale full;
    private final MosScale smoke;

    public MosReproduction() {
        this(MosScale.full(), MosScale.smoke());
    }

    MosReproduction(MosScale full, MosScale smoke) {
        this.full = full;
        this.smoke = smoke;
    }

    /** What {@code experiment.json} holds: all that decides the numbers, but not how many seeds there are. */
    record Settings(int formatVersion, String system, boolean smoke, String data, MosScale scale) {}

    /**
     * What was measured beyond the table: of each arm the members' losses, one a seed.
     *
     * @param conflict mean squared errors of the regression, by arm and width, one a seed
     */
    record Extra(
            Map<String, Map<String, List<Double>>> losses,
            Map<String, Map<String, List<Double>>> conflict,
            Map<String, MosRouting> routing,
            WindowSearch.Found search) {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public ExperimentReport.Paper paper() {
        return new ExperimentReport.Paper(
                "Mixture-of-Supernets: Improving Weight-Sharing Supernet Training with Architecture-Routed "
                        + "Mixture-of-Experts",
                "Ganesh Jawahar, Haichuan Yang, Yunyang Xiong, Zechun Liu, Dilin Wang, Fei Sun, Meng Li, Aasish Pappu, "
                        + "Barlas Oguz, Muhammad Abdul-Mageed, Laks V.S. Lakshmanan, Raghuraman Krishnamoorthi, Vikas "
                        + "Chandra",
                2024,
                "arXiv:2306.04845");
    }

    @Override
    public String description() {
        return "experts mixed for each member, against one set of weights, blind routers, separate supernets and training alone";
    }

    @Override
    public String data() {
        return "tiny-shakespeare";
    }

    @Override
    public Optional<Results> run(
            ReproductionSettings settings, Path folder, ReproductionProgress progress, BooleanSupplier stop) {
        MosScale own = settings.smoke() ? smoke : full;
        MosScale scale = settings.epochs() == null ? own : own.withEpochs(settings.epochs());
        Settings kept = new Settings(1, NAME, settings.smoke(), settings.data(), scale);
        MosMembers members = new MosMembers(scale.model());
        // Opened before the folder is begun: unknown data must not leave one behind.
        new MosArms(scale, settings.data()).data().open(1);
        Experiment experiment = Experiment.open(folder, kept, stop);
        MosArms arms = new MosArms(scale, settings.smoke() ? excerpt(settings.data(), folder) : settings.data());
        var splits = arms.data().open(1);
        long stepsPerEpoch = arms.data().batches(splits.train(), 1).stepsPerEpoch();
        List<Long> seeds = LongStream.rangeClosed(1, settings.seeds()).boxed().toList();
        int regressionSeeds = settings.smoke() ? settings.seeds() : Math.max(REGRESSION_SEEDS, settings.seeds());
        Training training = new Training(experiment, arms, members, stepsPerEpoch, progress, stop);
        if (!training.regressions(new ConflictRegression(scale.regression()), regressionSeeds)
                || !training.languageModels(seeds)) {
            return Optional.empty();
        }
        Optional<WindowSearch.Found> found = experiment.once("search-seed-1", WindowSearch.Found.class, () -> {
            try (Trainer trainer = experiment.open(MosSharing.LAYER_WISE.arm(), 1)) {
                return new WindowSearch(scale).search(trainer, 1, progress, stop);
            }
        });
        if (found.isEmpty()) {
            return Optional.empty();
        }
        MosTable table = new MosTable(
                arms,
                members,
                (arm, seed) -> experiment.result(arm, seed).orElseThrow(),
                seeds,
                training::regression,
                regressionSeeds,
                deployed(scale, DataSettings.input(splits)));
        List<Judgement> judgements = table.judgements(found.get());
        MosPictures pictures = new MosPictures(table, members, training::details);
        ExperimentReport report = new MosPage(this, settings, folder, scale, table, members)
                .report(seeds, judgements, found.get(), pictures);
        return Optional.of(experiment.conclude(Results.of(
                NAME,
                settings.smoke(),
                judgements,
                report,
                kept,
                new Extra(
                        table.allLosses(),
                        table.allErrors(scale.regression().widths()),
                        pictures.routing(),
                        found.get()))));
    }

    /** The beginning of a text as a file of its own: an epoch of all of it is too long for a smoke run. */
    private static String excerpt(String data, Path folder) {
        String text = TextSource.open(data).text();
        Path file = folder.resolve("excerpt.txt").toAbsolutePath();
        AtomicFile.writeText(
                file,
                text.substring(
                        0,
                        text.offsetByCodePoints(0, Math.min(SMOKE_CHARACTERS, text.codePointCount(0, text.length())))));
        return file.toString();
    }

    private static double deployed(MosScale scale, ModelInput input) {
        try (CountedCosts costs = new CountedCosts(scale.model().withInput(input))) {
            return costs.of(scale.model().space().largest()).params();
        }
    }

    /** Everything that takes time, each done once for a folder. */
    private record Training(
            Experiment experiment,
            MosArms arms,
            MosMembers members,
            long stepsPerEpoch,
            ReproductionProgress progress,
            BooleanSupplier stop) {
        /** Says whether all are done. */
        boolean regressions(ConflictRegression regression, int seeds) {
            int done = 0;
            for (long seed = 1; seed <= seeds; seed++) {
                for (MosSharing sharing : MosSharing.values()) {
                    long own = seed;
                    Optional<ConflictRegression.Outcome> outcome = experiment.once(
                            regressionName(sharing, seed),
                            ConflictRegression.Outcome.class,
                            () -> stop.getAsBoolean() ? Optional.empty() : Optional.of(regression.run(sharing, own)));
                    if (outcome.isEmpty()) {
                        return false;
                    }
                    done++;
                    progress.update(
                            "conflict",
                            done,
                            (long) seeds * MosSharing.values().length,
                            "regressions",
                            sharing.arm() + ", seed " + seed);
                }
            }
            return true;
        }

        /** Seed by seed, so that after the first one every arm has a number. Says whether all are done. */
        boolean languageModels(List<Long> seeds) {
            long total =
                    seeds.size() * arms.all().stream().mapToLong(this::forwards).sum();
            long[] done = {0};
            for (long seed : seeds) {
                for (Arm arm : arms.all()) {
                    String detail = "arm " + arm.name() + ", seed " + seed;
                    TrainingListener listener = new TrainingListener() {
                        @Override
                        public void stepDone(StepReport report) {
                            long now = done[0] + report.step() * arm.membersPerStep();
                            progress.update("train", now, total, "member-forwards", detail);
                        }
                    };
                    if (experiment
                            .train(arm, seed, listener, trainer -> measure(arm, seed, trainer))
                            .isEmpty()) {
                        return false;
                    }
                    done[0] += forwards(arm);
                }
            }
            return true;
        }

        private Map<String, Double> measure(Arm arm, long seed, Trainer trainer) {
            Map<String, Member> measured = measured(arm);
            MosRouting routing = trainer.family().strategy(RoutedWeights.class).isPresent()
                    ? MosRouting.of(trainer.family(), measured)
                    : null;
            experiment.once(
                    detailsName(arm.name(), seed),
                    MosDetails.class,
                    () -> Optional.of(MosDetails.of(trainer, routing)));
            return MosMeasurement.of(trainer, measured);
        }

        /** The fixed members that an arm's family has. */
        private Map<String, Member> measured(Arm arm) {
            Map<String, Member> own = new LinkedHashMap<>();
            members.evaluated().forEach((name, member) -> {
                if (arm.name().equals(MosArms.alone(name))) {
                    own.put(name, Member.PLAIN);
                } else if (arm.recipe().model().space().contains(member)) {
                    own.put(name, member);
                }
            });
            return own;
        }

        private long forwards(Arm arm) {
            return arm.membersPerStep() * arm.recipe().train().epochs() * stepsPerEpoch;
        }

        ConflictRegression.Outcome regression(MosSharing sharing, long seed) {
            return experiment
                    .once(
                            regressionName(sharing, seed),
                            ConflictRegression.Outcome.class,
                            Optional::<ConflictRegression.Outcome>empty)
                    .orElseThrow();
        }

        MosDetails details(String arm, long seed) {
            return experiment
                    .once(detailsName(arm, seed), MosDetails.class, Optional::<MosDetails>empty)
                    .orElseThrow();
        }

        private static String regressionName(MosSharing sharing, long seed) {
            return "conflict-" + sharing.arm() + "-seed-" + seed;
        }

        private static String detailsName(String arm, long seed) {
            return "details-" + arm + "-seed-" + seed;
        }
    }
}
