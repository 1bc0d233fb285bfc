package dev.weft.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.architecture.ArchitectureSettings;
import dev.weft.data.Augmentation;
import dev.weft.data.AugmentationPolicy;
import dev.weft.data.Mixing;
import dev.weft.data.RandomErasing;
import dev.weft.data.RandomResizedCrop;
import dev.weft.io.CheckFailedException;
import dev.weft.io.InputException;
import dev.weft.io.Safetensors;
import dev.weft.io.SafetensorsFile;
import dev.weft.io.TensorData;
import dev.weft.loss.Distillation;
import dev.weft.loss.Regularisation;
import dev.weft.loss.Role;
import dev.weft.metric.Metric;
import dev.weft.model.Family;
import dev.weft.model.MobileCnn;
import dev.weft.nn.MemberStatistics;
import dev.weft.ops.Tensors;
import dev.weft.optim.Averaging;
import dev.weft.optim.Clipping;
import dev.weft.optim.LearningRateSchedule;
import dev.weft.optim.Optimizer;
import dev.weft.optim.ParameterGroup;
import dev.weft.optim.Reptile;
import dev.weft.recipe.DataSettings;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.TrainSettings;
import dev.weft.run.Event;
import dev.weft.run.RunDatabase;
import dev.weft.sample.Sampler;
import dev.weft.sample.attentive.AttentiveSampler;
import dev.weft.sample.fair.FairSampler;
import dev.weft.sample.level.CostLevelSampler;
import dev.weft.sample.level.LevelDistribution;
import dev.weft.sample.level.LevelMembers;
import dev.weft.sample.norm.GradientNormSampler;
import dev.weft.sample.norm.TauSchedule;
import dev.weft.space.Member;
import dev.weft.step.MemberLoss;
import dev.weft.step.StepReport;
import dev.weft.weight.Sharing;
import dev.weft.weight.blend.SimplexMap;
import dev.weft.weight.encoding.MemberEncoding;
import dev.weft.weight.experts.Experts;
import dev.weft.weight.generator.MemberGenerator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TrainerTest {
    private static final long SEED = 9;
    private static final long STEPS = 8;

    @TempDir
    Path temporary;

    private Path data;
    private Path run;
    private TinyTraining.Settings settings;

    @BeforeEach
    void setUp() throws IOException {
        data = TinyTraining.data(temporary.resolve("data"));
        run = temporary.resolve("run");
        settings = TinyTraining.settings();
        settings.checkpointEverySteps = 3;
        settings.evaluateEveryEpochs = 1;
    }

    static Stream<Arguments> recipes() {
        Map<String, Consumer<TinyTraining.Settings>> changes = new LinkedHashMap<>();
        changes.put("sgd, everything random", s -> {
            s.optimizer = new Optimizer.Sgd(0.05, 0.9, true, 1e-4);
            s.regularisation = new Regularisation(Regularisation.On.LARGEST, 0.3, 0.3, 1e-4, false);
            s.labelSmoothing = 0.1;
            s.schedule = new LearningRateSchedule.Exponential(0.9, 0.3, 0.05, 0.5, false);
            s.clipping = new Clipping(Clipping.By.NORM, 1);
        });
        changes.put("rmsprop with running statistics", s -> {
            s.optimizer = new Optimizer.RmsProp(0.01, 0.9, 0.9, 1e-3, 0);
            s.runningStatistics = true;
            s.schedule = new LearningRateSchedule.Cosine(0, 0.5);
        });
        changes.put("rmsprop as TensorFlow has it", s -> {
            s.optimizer = new Optimizer.RmsPropTf(0.01, 0.9, 0.9, 1e-3, 1e-5);
            s.schedule = new LearningRateSchedule.Exponential(0.9, 0.3, 0.05, 0.5, false);
        });
        changes.put("averaged weights of cropped, changed and mixed images", s -> {
            s.optimizer = new Optimizer.Sgd(0.05, 0.9, true, 1e-4);
            s.average = new Averaging(0.9, true);
            s.augmentation = new Augmentation(
                    0,
                    true,
                    new RandomResizedCrop(0.3, 1, 0.75, 1.3),
                    new AugmentationPolicy.RandAugment(2, 9),
                    new RandomErasing(0.5, 0.02, 0.3, 0.3));
            s.mixing = new Mixing(0.8, 1, 0.9, 0.5);
        });
        changes.put("averaged weights of a blend with running statistics", s -> {
            blend(s, new SimplexMap.Dirichlet(), ArchitectureSettings.Order.FIRST);
            s.average = new Averaging(0.7, false);
            s.runningStatistics = true;
            s.mixing = new Mixing(0.8, 0, 1, 0.5);
            s.augmentation = new Augmentation(0, true, null, new AugmentationPolicy.AutoAugment(), null);
            s.epochs = 4;
        });
        changes.put("adamw, single path", s -> {
            s.optimizer = new Optimizer.AdamW(0.003, 0.9, 0.999, 1e-8, 0.05);
            s.sampler = new Sampler.SinglePath(1);
            s.distillation = new Distillation.None();
        });
        changes.put("dirichlet blend, both optimisers with a state, two batches a step", s -> {
            blend(s, new SimplexMap.Dirichlet(), ArchitectureSettings.Order.FIRST);
            s.optimizer = new Optimizer.Sgd(0.05, 0.9, true, 1e-4);
            s.regularisation = new Regularisation(Regularisation.On.LARGEST, 0.3, 0.3, 1e-4, false);
            s.epochs = 8;
            s.accumulate = 2;
        });
        changes.put("gumbel blend that cools, exact second order", s -> {
            blend(s, new SimplexMap.Gumbel(null), ArchitectureSettings.Order.SECOND);
            s.epochs = 4;
        });
        changes.put("gdas, of the drawn slices", s -> {
            blend(s, new SimplexMap.Gdas(null), ArchitectureSettings.Order.FIRST);
            s.optimizer = new Optimizer.AdamW(0.003, 0.9, 0.999, 1e-8, 0.05);
            s.epochs = 4;
        });
        changes.put("softmax blend, finite difference", s -> {
            blend(s, new SimplexMap.Softmax(), ArchitectureSettings.Order.SECOND_FINITE_DIFFERENCE);
            s.optimizer = new Optimizer.AdamW(0.003, 0.9, 0.999, 1e-8, 0.05);
            s.epochs = 4;
        });
        changes.put("cost levels that learn, of a generator, in slices", s -> {
            levels(s, MemberGenerator.View.SLICE, LevelDistribution.Mode.SURROGATE);
            s.optimizer = new Optimizer.Sgd(0.05, 0.9, true, 1e-4);
        });
        changes.put("cost levels that learn along the path, in masks", s -> {
            levels(s, MemberGenerator.View.MASK, LevelDistribution.Mode.PATHWISE);
            s.regularisation = new Regularisation(Regularisation.On.ALL, 0.3, 0.3, 1e-4, false);
        });
        changes.put("members and examples by gradient norm", s -> {
            byNorm(s, GradientNormSampler.Memory.CARRY, GradientNormSampler.Reweight.BOTH);
            s.clipping = new Clipping(Clipping.By.NORM, 1);
        });
        changes.put("examples by gradient norm as published, two batches a step", s -> {
            byNorm(s, GradientNormSampler.Memory.RESET, GradientNormSampler.Reweight.NONE);
            s.accumulate = 2;
            s.epochs = 4;
        });
        changes.put("fair members, frozen for an epoch, that step on their own with a momentum they share", s -> {
            s.sampler = new FairSampler(true);
            s.distillation = new Distillation.None();
            s.gradients = TrainSettings.Gradients.MEAN;
            s.optimizer = new Optimizer.Sgd(1, 0.5, false, 4e-5);
            s.reptile = new Reptile(2, 0.02, 0.9, new Clipping(Clipping.By.NORM, 5), true);
        });
        changes.put("labels for three steps and a half, then in-place with a share of labels", s -> {
            s.distillation = new Distillation.InPlace(0.3, null, 2, 0.875, null);
            s.optimizer = new Optimizer.Sgd(0.05, 0.9, true, 1e-4);
        });
        changes.put(
                "the worst of a cost level, in a sandwich, in-place",
                s -> s.sampler = new AttentiveSampler(
                        "macs",
                        new CostLevelSampler.Levels(3, null),
                        AttentiveSampler.Prior.MEASURED,
                        AttentiveSampler.Pick.WORST_UP,
                        2,
                        50,
                        10,
                        1,
                        true));
        changes.put("experts, sandwich, in-place", s -> {
            s.sharing = List.of(experts());
            s.optimizer = new Optimizer.Sgd(0.05, 0.9, true, 1e-4);
        });
        changes.put("experts over a blend", s -> {
            blend(s, new SimplexMap.Dirichlet(), ArchitectureSettings.Order.FIRST);
            s.sharing = List.of(s.sharing.get(0), experts());
            s.epochs = 4;
        });
        return changes.entrySet().stream().map(change -> Arguments.of(change.getKey(), change.getValue()));
    }

    /** Half of the data is the logits', so an epoch of the weights has two steps. */
    private static void blend(TinyTraining.Settings settings, SimplexMap map, ArchitectureSettings.Order order) {
        settings.sampler = new Sampler.Blend();
        settings.distillation = new Distillation.None();
        settings.sharing = TinyTraining.blended(map);
        settings.architecture = TinyTraining.architecture(order);
    }

    /** Half of the data is the logits', so an epoch of the weights has two steps. */
    private static void levels(TinyTraining.Settings settings, MemberGenerator.View view, LevelDistribution.Mode mode) {
        Optimizer adam = new Optimizer.Adam(0.01, 0.9, 0.999, 1e-8, 0);
        settings.sampler = new CostLevelSampler(
                "macs",
                new CostLevelSampler.Levels(4, null),
                new LevelDistribution.Learned(adam, 2, 0.5, mode, 2, 0.5),
                new LevelMembers.Generator(30, adam),
                1);
        settings.distillation = new Distillation.None();
        settings.sharing = List.of(new MemberGenerator("macs", 16, null, view));
        settings.epochs = 4;
    }

    private static void byNorm(
            TinyTraining.Settings settings, GradientNormSampler.Memory memory, GradientNormSampler.Reweight reweight) {
        TauSchedule trusting = new TauSchedule.Constant(0.8);
        settings.sampler = new GradientNormSampler(
                new GradientNormSampler.Paths(GradientNormSampler.Scope.EACH_CHOICE, null, null, trusting, 0.1),
                new GradientNormSampler.Data(memory, trusting, 0),
                reweight,
                reweight == GradientNormSampler.Reweight.NONE ? null : 5.0);
        settings.distillation = new Distillation.None();
    }

    private static Sharing experts() {
        return new Experts(
                "conv_(exp|pwl)",
                2,
                Experts.Granularity.LAYER,
                Experts.Routing.SOFT,
                8,
                2,
                new MemberEncoding.Scaled(),
                false,
                null,
                false);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("recipes")
    void resumedRunEndsAsOneThatNeverStopped(String name, Consumer<TinyTraining.Settings> change) throws IOException {
        change.accept(settings);
        Path straight = temporary.resolve("straight");
        finish(Trainer.start(recipe(), straight, SEED));
        Outcome expected = Outcome.of(straight, STEPS);
        assertThat(expected.metrics()).hasSizeGreaterThan(8);

        try (Trainer trainer = Trainer.start(recipe(), run, SEED)) {
            assertThat(trainer.run(() -> trainer.stepsDone() == 0, List.of())).isFalse();
        }
        for (long stop : List.of(1, 2, 5)) {
            try (Trainer trainer = Trainer.resume(run)) {
                assertThat(trainer.stepsDone()).isLessThan(stop);
                assertThat(trainer.run(() -> trainer.stepsDone() == stop, List.of()))
                        .isFalse();
                assertThat(trainer.stepsDone()).isEqualTo(stop);
            }
        }
        try (Trainer trainer = Trainer.resume(run)) {
            assertThat(trainer.stepsDone()).isEqualTo(5);
        }
        finish(Trainer.resume(run));
        Outcome.of(run, STEPS).assertSameAs(expected);
        assertThat(events())
                .extracting(Event::kind)
                .containsSubsequence("interrupted", "resumed", "interrupted", "resumed", "finished");

        finish(Trainer.resume(run)); // of a finished run: writes the same family again
        Outcome.of(run, STEPS).assertSameAs(expected);
    }

    /** Epochs of four steps: until the first one ends there is no teacher, and then there is. */
    @Test
    void beforeItsFirstEpochDistillationIsTrainingWithoutItBitForBit() {
        List<List<Map<String, float[]>>> runs = new ArrayList<>();
        for (Distillation distillation :
                List.of(new Distillation.None(), new Distillation.InPlace(0, null, 1, 1, null))) {
            settings.distillation = distillation;
            List<Map<String, float[]>> seen = new ArrayList<>();
            try (Trainer trainer = Trainer.start(
                    recipe(), temporary.resolve(distillation.getClass().getSimpleName()), SEED)) {
                for (long end : List.of(4, 5)) {
                    trainer.runTo(end, () -> false, List.of());
                    Map<String, float[]> values = new LinkedHashMap<>();
                    trainer.family()
                            .weights()
                            .tensors()
                            .forEach((name, tensor) -> values.put(name, Tensors.floats(tensor)));
                    seen.add(values);
                }
            }
            runs.add(seen);
        }
        String name = "conv_stem.weight";
        runs.get(0)
                .get(0)
                .forEach((key, values) ->
                        assertThat(runs.get(1).get(0).get(key)).as(key).isEqualTo(values));
        assertThat(runs.get(1).get(1).get(name)).isNotEqualTo(runs.get(0).get(1).get(name));
    }

    @Test
    void seedsDiffer() {
        finish(Trainer.start(recipe(), run, SEED));
        Path other = temporary.resolve("other");
        finish(Trainer.start(recipe(), other, SEED + 1));
        assertThat(Outcome.of(run, STEPS).family())
                .isNotEqualTo(Outcome.of(other, STEPS).family());
    }

    @Test
    void crashBetweenCheckpointsRepeatsTheStepsSinceTheLast() {
        Path straight = temporary.resolve("straight");
        finish(Trainer.start(recipe(), straight, SEED));
        try (Trainer trainer = Trainer.start(recipe(), run, SEED)) {
            assertThatThrownBy(() -> trainer.run(() -> false, List.of(new TrainingListener() {
                        @Override
                        public void stepDone(StepReport report) {
                            if (report.step() == 5) {
                                throw new IllegalStateException("listener fails");
                            }
                        }
                    })))
                    .hasMessage("listener fails");
        }
        try (Trainer trainer = Trainer.resume(run)) {
            assertThat(trainer.stepsDone()).isEqualTo(3);
        }
        finish(Trainer.resume(run));
        Outcome.of(run, STEPS).assertSameAs(Outcome.of(straight, STEPS));
    }

    @Test
    void listenersHearWhatHappensInOrder() {
        List<String> heard = new ArrayList<>();
        try (Trainer trainer = Trainer.start(recipe(), run, SEED)) {
            assertThat(trainer.steps()).isEqualTo(STEPS);
            trainer.run(() -> trainer.stepsDone() == 4, List.of(new TrainingListener() {
                @Override
                public void memberTrained(long step, MemberLoss loss) {
                    heard.add(step + " " + loss.trained().role());
                }

                @Override
                public void stepDone(StepReport report) {
                    heard.add("step " + report.step() + " of " + report.steps() + " at " + report.learningRate());
                }

                @Override
                public void evaluated(long steps, Role role, Map<Metric, Double> values) {
                    heard.add(role + " after " + steps);
                    assertThat(values).containsOnlyKeys(Metric.ACCURACY);
                    assertThat(values.get(Metric.ACCURACY)).isBetween(0.0, 1.0);
                }
            }));
        }
        assertThat(heard)
                .startsWith("1 largest", "1 smallest", "1 random", "1 random", "step 1 of 8 at 0.05", "2 largest")
                .endsWith("step 4 of 8 at 0.05", "largest after 4", "smallest after 4");
    }

    @Test
    void tinyRecipeLearns() {
        settings.epochs = 10;
        settings.optimizer = new Optimizer.Sgd(0.05, 0.9, true, 0);
        settings.clipping = new Clipping(Clipping.By.NORM, 5);
        try (Trainer trainer = Trainer.start(recipe(), run, SEED)) {
            assertThat(trainer.run(() -> false, List.of())).isTrue();
        }
        try (Family family = Family.open(run.resolve("family.safetensors"))) {
            assertThat(family.members().keySet()).containsExactly("largest", "smallest");
            assertThat(family.members().get("largest").measurements().get("accuracy"))
                    .isGreaterThan(0.9);
            assertThat(family.members().get("smallest").measurements().get("accuracy"))
                    .isGreaterThan(0.8);
            assertThat(family.notes()).containsEntry("recipe", "tiny").containsEntry("steps", "40");
        }
    }

    @Test
    void plainModelTrainsAsAFamilyOfOne() {
        settings.sampler = new Sampler.Largest();
        settings.distillation = new Distillation.None();
        settings.runningStatistics = true;
        MobileCnn elastic = TinyTraining.boundModel();
        MobileCnn plain = elastic.at(elastic.space().smallest()).withInput(null);
        Recipe recipe = new Recipe("plain", "", plain, TinyTraining.dataSettings(data), settings.build());
        try (Trainer trainer = Trainer.start(recipe, run, SEED)) {
            trainer.run(() -> false, List.of());
            try (MemberStatistics kept = trainer.runningStatistics(Member.PLAIN)) {
                assertThat(Evaluation.accuracy(
                                trainer.family(),
                                Member.PLAIN,
                                kept,
                                trainer.splits().report()))
                        .isBetween(0.0, 1.0);
            }
        }
        try (Family family = Family.open(run.resolve("family.safetensors"))) {
            assertThat(family.members().keySet()).containsExactly("largest");
        }
        assertThat(SafetensorsFile.open(run.resolve("family.safetensors")).names())
                .contains("bn1.running_mean", "conv_stem.weight");
    }

    @Test
    void trainedMemberTeachesAnotherRun() {
        finish(Trainer.start(recipe(), run, SEED));
        String family = run.resolve("family.safetensors").toString();
        Path second = temporary.resolve("second");
        settings.distillation = new Distillation.Teacher(family, "largest");
        finish(Trainer.start(recipe(), second, SEED));
        assertThat(Outcome.of(second, STEPS).family())
                .isNotEqualTo(Outcome.of(run, STEPS).family());

        settings.distillation = new Distillation.Teacher(family, "biggest");
        Path third = temporary.resolve("third");
        assertThatThrownBy(() -> Trainer.start(recipe(), third, SEED))
                .isInstanceOf(InputException.class)
                .hasMessage("The teacher must be a named member of " + family
                        + ", but \"biggest\" is none. Members: [largest, smallest].");
        settings.distillation = new Distillation.Teacher("nowhere.safetensors", "largest");
        assertThatThrownBy(() -> Trainer.start(recipe(), third, SEED))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("nowhere.safetensors");
        assertThat(third).doesNotExist();
    }

    @Test
    void teacherOfOtherClassesIsRefused() {
        Path file = temporary.resolve("other.safetensors");
        try (Family other = Family.of(
                TinyTraining.model()
                        .withInput(new dev.weft.model.ImageInput(
                                1, TinyTraining.SIDE, List.of(0.5), List.of(0.25), List.of("cat", "dog"))),
                1)) {
            Member largest = other.space().largest();
            try (Trainer trainer = Trainer.start(recipe(), run, SEED)) {
                MemberStatistics statistics =
                        Evaluation.calibrate(other, largest, trainer.splits().train(), 1, 16);
                other.name("largest", new dev.weft.model.NamedMember(largest, statistics, Map.of()));
            }
            other.save(file);
        }
        settings.distillation = new Distillation.Teacher(file.toString(), "largest");
        assertThatThrownBy(() -> Trainer.start(recipe(), temporary.resolve("student"), SEED))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must read what the model reads, 1×16×16 images of classes [0, 1, 2]")
                .hasMessageContaining("[cat, dog]");
    }

    @Test
    void whatCannotTrainIsRefusedBeforeTheFolderIsWritten() {
        DataSettings tooBig = DataSettings.Images.builder(data.toString())
                .selectionSize(24)
                .batchSize(73)
                .build();
        Recipe recipe = new Recipe("tiny", "", TinyTraining.model(), tooBig, settings.build());
        assertThatThrownBy(() -> Trainer.start(recipe, run, SEED))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("batchSize must be from 1 to the number of training images, 72");
        settings.groups = List.of(new ParameterGroup("nothing", 1, 1));
        assertThatThrownBy(() -> Trainer.start(recipe(), run, SEED))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("\"nothing\" is in none of");
        assertThat(run).doesNotExist();
    }

    @Test
    void lossThatExplodesStopsAndKeepsTheLastGoodCheckpoint() throws IOException {
        settings.optimizer = new Optimizer.Sgd(1e30, 0, false, 0);
        settings.schedule = new LearningRateSchedule.Exponential(1, 1, 0, 4, false); // rate 0 at the first step
        settings.checkpointEverySteps = 1;
        try (Trainer trainer = Trainer.start(recipe(), run, SEED)) {
            assertThatThrownBy(() -> trainer.run(() -> false, List.of()))
                    .isInstanceOf(CheckFailedException.class)
                    .hasMessageMatching("(The loss became (NaN|Infinity|-Infinity) at step \\d+ for the largest member "
                            + "\".+\"(: .+ is no longer finite)?|Weight .+ is no longer finite after step \\d+)\\. The last checkpoint is kept; "
                            + "lower the learning rate or clip gradients\\.");
        }
        assertThat(events()).extracting(Event::kind).contains("failed");
        try (Trainer trainer = Trainer.resume(run)) {
            assertThat(trainer.stepsDone()).isPositive();
            trainer.family().weights().tensors().values().forEach(weight -> assertThat(
                            weight.detach().isfinite().all().item_bool())
                    .isTrue());
            assertThatThrownBy(() -> trainer.run(() -> false, List.of())).isInstanceOf(CheckFailedException.class);
        }
        assertThat(run.resolve("family.safetensors")).doesNotExist();
    }

    @Test
    void damagedNewestCheckpointIsPassedOver() throws IOException {
        Path straight = temporary.resolve("straight");
        finish(Trainer.start(recipe(), straight, SEED));
        stopAt(5);
        Path newest = run.resolve("checkpoint-000005.safetensors");
        byte[] bytes = Files.readAllBytes(newest);
        bytes[bytes.length - 3] ^= 4;
        Files.write(newest, bytes);
        try (Trainer trainer = Trainer.resume(run)) {
            assertThat(trainer.stepsDone()).isEqualTo(3);
            trainer.run(() -> false, List.of());
        }
        Outcome.of(run, STEPS).assertSameAs(Outcome.of(straight, STEPS));
        assertThat(events())
                .filteredOn(event -> event.kind().equals("warning"))
                .singleElement()
                .satisfies(event -> assertThat(event.text())
                        .contains("checkpoint-000005.safetensors")
                        .contains("damaged"));
        assertThat(run.resolve("checkpoint-000005.safetensors.damaged")).exists();
    }

    @Test
    void checkpointCutShortAnywhereIsPassedOver() throws IOException {
        stopAt(5);
        Path newest = run.resolve("checkpoint-000005.safetensors");
        byte[] bytes = Files.readAllBytes(newest);
        for (int length : new int[] {0, 7, 100, bytes.length / 2, bytes.length - 1}) {
            Files.write(newest, java.util.Arrays.copyOf(bytes, length));
            try (Trainer trainer = Trainer.resume(run)) {
                assertThat(trainer.stepsDone()).isEqualTo(3);
            }
            assertThat(newest).doesNotExist();
        }
    }

    @Test
    void foreignCheckpointIsRefusedByName() throws IOException {
        stopAt(5);
        Path newest = run.resolve("checkpoint-000005.safetensors");
        SafetensorsFile good = SafetensorsFile.open(newest);
        Map<String, String> seconds = Map.of("weft.seconds", "1.0");
        refused(newest, tensors(good), Map.of(), "has no number \"weft.seconds\"");
        refused(newest, tensors(good), Map.of("weft.seconds", "soon"), "has no number \"weft.seconds\"");
        LinkedHashMap<String, TensorData> missing = tensors(good);
        missing.remove("weights/bn1.weight");
        refused(newest, missing, seconds, "has no tensor \"weights/bn1.weight\"");
        LinkedHashMap<String, TensorData> longer = tensors(good);
        longer.put("weights/bn1.weight", floats(7));
        refused(newest, longer, seconds, "has tensor \"weights/bn1.weight\" as F32 [7], which must be F32 [6]");
        LinkedHashMap<String, TensorData> integers = tensors(good);
        integers.put("weights/bn1.weight", TensorData.of("I64", List.of(6L), () -> ByteBuffer.allocate(48)));
        refused(newest, integers, seconds, "as I64 [6], which must be F32 [6]");
        for (String name : List.of(
                "update/weights/momentum",
                "update/weights/momentum/none",
                "update/generator/momentum/bn1.weight",
                "other/bn1.weight",
                "x")) {
            LinkedHashMap<String, TensorData> more = tensors(good);
            more.put(name, floats(6));
            refused(newest, more, seconds, "has a tensor \"" + name + "\", which this run has not");
        }
        LinkedHashMap<String, TensorData> slot = tensors(good);
        slot.put("update/weights/momentum/bn1.weight", floats(5));
        refused(newest, slot, seconds, "as F32 [5], which must be F32 [6]");
    }

    @Test
    void checkpointOfAnEarlierVersionIsRefusedAsSuch() throws IOException {
        stopAt(5);
        Path newest = run.resolve("checkpoint-000005.safetensors");
        LinkedHashMap<String, TensorData> tensors = new LinkedHashMap<>();
        tensors(SafetensorsFile.open(newest))
                .forEach((name, tensor) -> tensors.put(name.replace("update/weights/", "optimizer/"), tensor));
        assertThat(tensors.keySet()).anyMatch(name -> name.startsWith("optimizer/"));
        Safetensors.write(newest, tensors, Map.of("weft.seconds", "1.0"));
        assertThatThrownBy(() -> Trainer.resume(run))
                .isInstanceOf(InputException.class)
                .hasMessage(newest + " must be a checkpoint of this version of Weft, but was written by an earlier one."
                        + " Finish the run with that version, or train anew.");
    }

    private void refused(
            Path file, LinkedHashMap<String, TensorData> tensors, Map<String, String> metadata, String why) {
        Safetensors.write(file, tensors, metadata);
        assertThatThrownBy(() -> Trainer.resume(run))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file + " must be a checkpoint of this run, but ")
                .hasMessageContaining(why)
                .hasMessageEndingWith("Delete it to go on from the one before.");
    }

    private static TensorData floats(long count) {
        return TensorData.of("F32", List.of(count), () -> ByteBuffer.allocate((int) (4 * count)));
    }

    /** Copies: the file is about to be replaced. */
    private static LinkedHashMap<String, TensorData> tensors(SafetensorsFile file) {
        LinkedHashMap<String, TensorData> tensors = new LinkedHashMap<>();
        for (String name : file.names()) {
            ByteBuffer copy = ByteBuffer.allocate(file.bytes(name).remaining());
            copy.put(file.bytes(name)).flip();
            tensors.put(
                    name,
                    TensorData.of(file.entry(name).dtype(), file.entry(name).shape(), copy::duplicate));
        }
        return tensors;
    }

    @Test
    void changedDataIsRefused() throws IOException {
        stopAt(2);
        TinyTraining.part(data, "train", TinyTraining.TRAIN + 27, 1);
        assertThatThrownBy(() -> Trainer.resume(run))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("The training split must be the one the run began with (72 examples")
                .hasMessageContaining("now gives 75 examples");
        TinyTraining.part(data, "train", TinyTraining.TRAIN + 24, 2);
        assertThatThrownBy(() -> Trainer.resume(run))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("The training split must hold what the run began with");
        TinyTraining.part(data, "train", TinyTraining.TRAIN + 24, 1);
        try (Trainer trainer = Trainer.resume(run)) {
            assertThat(trainer.stepsDone()).isEqualTo(2);
        }
    }

    @Test
    void folderInUseIsRefused() {
        try (Trainer trainer = Trainer.start(recipe(), run, SEED)) {
            assertThat(trainer.stepsDone()).isZero();
            assertThatThrownBy(() -> Trainer.resume(run))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("is in use by this process");
        }
        Trainer.resume(run).close();
    }

    private void stopAt(long step) {
        try (Trainer trainer = Trainer.start(recipe(), run, SEED)) {
            trainer.run(() -> trainer.stepsDone() == step, List.of());
        }
    }

    private static void finish(Trainer trainer) {
        try (trainer) {
            assertThat(trainer.run(() -> false, List.of())).isTrue();
        }
    }

    private List<Event> events() {
        try (RunDatabase database = RunDatabase.read(run.resolve("run.db"))) {
            return database.events();
        }
    }

    private Recipe recipe() {
        return new Recipe(
                "tiny",
                "for tests",
                TinyTraining.model(),
                settings.sharing,
                null,
                DataSettings.Images.builder(data.toString())
                        .selectionSize(24)
                        .batchSize(16)
                        .augmentation(settings.augmentation)
                        .mixing(settings.mixing)
                        .build(),
                settings.build());
    }
}
