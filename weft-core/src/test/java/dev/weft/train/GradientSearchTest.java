package dev.weft.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.architecture.ArchitectureSettings;
import dev.weft.architecture.ArchitectureSettings.Order;
import dev.weft.architecture.CostTerm;
import dev.weft.data.Batch;
import dev.weft.data.Dataset;
import dev.weft.data.Splits;
import dev.weft.data.TextWindows;
import dev.weft.io.AtomicFile;
import dev.weft.io.CheckFailedException;
import dev.weft.io.InputException;
import dev.weft.loss.Distillation;
import dev.weft.loss.Regularisation;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.model.FamilyDefinition;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.optim.Optimizer;
import dev.weft.recipe.Recipe;
import dev.weft.run.Event;
import dev.weft.run.RunDatabase;
import dev.weft.run.TrainingNumber;
import dev.weft.sample.Sampler;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.step.MemberLoss;
import dev.weft.text.CharacterTokenizer;
import dev.weft.weight.Reading;
import dev.weft.weight.Sharing;
import dev.weft.weight.blend.BlendedWeights;
import dev.weft.weight.blend.SimplexMap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Search by gradient as a run: what is alternated, on which data, and what is recorded. */
class GradientSearchTest {
    private static final long SEED = 9;

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
        settings.epochs = 3; // of two steps: half of the data is the logits'
        settings.sampler = new Sampler.Blend();
        settings.distillation = new Distillation.None();
        settings.sharing = TinyTraining.blended(new SimplexMap.Dirichlet());
        settings.architecture = TinyTraining.architecture(Order.FIRST);
    }

    @Test
    void weightsDrawAnotherSampleThanTheLogitsAndEveryStepItsOwn() {
        List<Member> heard = new ArrayList<>();
        train(recipe(), new TrainingListener() {
            @Override
            public void updated(long step, String update, MemberLoss loss) {
                assertThat(update).isEqualTo("blend");
                heard.add(loss.trained().member());
            }

            @Override
            public void memberTrained(long step, MemberLoss loss) {
                assertThat(loss.trained().role()).isEqualTo(Role.BLEND);
                heard.add(loss.trained().member());
            }
        });
        assertThat(heard).hasSize(12).doesNotHaveDuplicates();
        try (Family family = Family.open(run.resolve("family.safetensors"));
                PointerScope scope = new PointerScope()) {
            BlendedWeights blend = family.strategy(BlendedWeights.class).orElseThrow();
            assertThat(Tensors.floats(family.distribution(blend.choices().get(0), Reading.of(heard.get(0)))))
                    .as("mixing weights")
                    .isNotEqualTo(
                            Tensors.floats(family.distribution(blend.choices().get(0), Reading.of(heard.get(1)))));
        }
    }

    @Test
    void gumbelCoolsOverTheRun() {
        settings.sharing = TinyTraining.blended(new SimplexMap.Gumbel(null));
        List<Double> temperatures = new ArrayList<>();
        train(recipe(), new TrainingListener() {
            @Override
            public void memberTrained(long step, MemberLoss loss) {
                temperatures.add(loss.trained().temperature());
            }
        });
        assertThat(temperatures.get(0)).isEqualTo(10);
        assertThat(temperatures).isSortedAccordingTo((a, b) -> Double.compare(b, a));
        assertThat(temperatures.get(5)).isLessThan(3);
    }

    /** This holds for every order: what a step does not run has no gradient, and waits. */
    @ParameterizedTest
    @EnumSource(Order.class)
    void gdasTrainsTheDrawnSlicesAndMovesTheLogits(Order order) {
        settings.sharing = TinyTraining.blended(new SimplexMap.Gdas(null));
        settings.architecture = new ArchitectureSettings(
                0.5, new Optimizer.Adam(0.01, 0.5, 0.999, 1e-8, 0), null, order, null, null, 0);
        Set<Map<String, Object>> trained = new HashSet<>();
        try (Trainer trainer = Trainer.start(recipe(), run, SEED)) {
            Map<String, float[]> before = logits(trainer.family());
            trainer.run(new TrainingListener() {
                @Override
                public void memberTrained(long step, MemberLoss loss) {
                    trained.add(loss.trained().member().options());
                }
            });
            assertThat(logits(trainer.family())).usingRecursiveComparison().isNotEqualTo(before);
        }
        assertThat(trained).as("other members than the largest").hasSizeGreaterThan(1);
    }

    @Test
    void logitsWaitForTheWarmUpAndThenMove() {
        settings.architecture = new ArchitectureSettings(
                0.5, new Optimizer.Adam(0.01, 0.5, 0.999, 1e-8, 0), null, Order.FIRST, null, null, 2);
        try (Trainer trainer = Trainer.start(recipe(), run, SEED)) {
            Map<String, float[]> before = logits(trainer.family());
            trainer.run(() -> trainer.stepsDone() == 4, List.of());
            assertThat(logits(trainer.family())).usingRecursiveComparison().isEqualTo(before);
            trainer.run(() -> trainer.stepsDone() == 5, List.of());
            logits(trainer.family())
                    .forEach((name, now) -> assertThat(now).as(name).isNotEqualTo(before.get(name)));
        }
    }

    @Test
    void warmUpThatLeavesNoStepIsRefused() {
        settings.architecture = new ArchitectureSettings(
                0.5, new Optimizer.Adam(0.01, 0.5, 0.999, 1e-8, 0), null, Order.FIRST, null, null, 3);
        assertThatThrownBy(() -> settings.build())
                .isInstanceOf(InputException.class)
                .hasMessageContaining("warmupEpochs=3, epochs=3");
    }

    @Test
    void recordsLossesMixingWeightsAndTheMemberItWouldChoose() {
        settings.evaluateEveryEpochs = 1;
        train(recipe());
        List<TrainingNumber> metrics = metrics();
        assertThat(metrics.stream().filter(m -> m.name().equals("architectureLoss")))
                .hasSize(6)
                .allMatch(m -> m.role().equals("blend") && Double.isFinite(m.value()));
        for (long step : List.of(2, 4, 6)) {
            double sum = metrics.stream()
                    .filter(m -> m.step() == step && m.name().startsWith("stem.width="))
                    .mapToDouble(TrainingNumber::value)
                    .sum();
            assertThat(sum)
                    .as("parts of stem.width after step " + step)
                    .isCloseTo(1, org.assertj.core.api.Assertions.within(1e-6));
        }
        assertThat(metrics.stream().filter(m -> m.role().equals("chosen")))
                .extracting(TrainingNumber::name)
                .containsExactly("accuracy", "accuracy", "accuracy");
        try (Family family = Family.open(run.resolve("family.safetensors"))) {
            assertThat(family.members().keySet()).containsExactly("largest", "smallest", "chosen");
            Member chosen = family.members().get("chosen").member();
            Map<String, Double> last = new LinkedHashMap<>();
            metrics.stream()
                    .filter(m -> m.step() == 6
                            && m.role().equals("blend")
                            && m.name().contains("="))
                    .forEach(m -> last.put(m.name(), m.value()));
            BlendedWeights blend = family.strategy(BlendedWeights.class).orElseThrow();
            blend.choices().forEach(choice -> {
                String best = choice.options().stream()
                        .map(option -> choice.name() + "=" + option)
                        .max((a, b) -> Double.compare(last.get(a), last.get(b)))
                        .orElseThrow();
                if (family.space().canonical(chosen).equals(chosen)
                        && chosen.toString().contains(choice.name() + "=")) {
                    assertThat("," + chosen + ",").contains("," + best + ",");
                }
            });
        }
    }

    @Test
    void divergedLogitsStopAtANamedStepAndTheLastGoodCheckpointGoesOn() {
        settings.checkpointEverySteps = 1;
        settings.architecture =
                new ArchitectureSettings(0.5, new Optimizer.Sgd(1e38, 0, false, 1), null, Order.FIRST, null, null, 1);
        try (Trainer trainer = Trainer.start(recipe(), run, SEED)) {
            assertThatThrownBy(() -> trainer.run(() -> false, List.of()))
                    .isInstanceOf(CheckFailedException.class)
                    .hasMessageContaining("The logits of choice")
                    .hasMessageContaining("at step 4");
        }
        assertThat(run.resolve("checkpoint-000003.safetensors")).exists();
        assertThat(run.resolve("checkpoint-000004.safetensors")).doesNotExist();
        assertThat(run.resolve("family.safetensors")).doesNotExist();
        try (RunDatabase database = RunDatabase.read(run.resolve("run.db"))) {
            assertThat(database.events()).extracting(Event::kind).contains("failed");
        }
        try (Trainer trainer = Trainer.resume(run)) {
            assertThat(trainer.stepsDone()).isEqualTo(3);
            trainer.family().weights().tensors().values().forEach(weight -> assertThat(
                            weight.detach().isfinite().all().item_bool())
                    .isTrue());
        }
    }

    @Test
    void halvesOfImagesShareNothingWithEachOtherOrWithWhatMembersAreChosenBy() {
        Splits splits = TinyTraining.dataSettings(data).open(SEED);
        Dataset.Halves halves = splits.train().halves(0.25, 3);
        assertThat(halves.first().size()).isEqualTo(54);
        assertThat(halves.second().size()).isEqualTo(18);
        Set<String> seen = new HashSet<>();
        for (Dataset part : List.of(halves.first(), halves.second(), splits.selection(), splits.report())) {
            IntStream.range(0, part.size()).forEach(i -> assertThat(seen.add(part.id(i)))
                    .as(part.name() + " " + part.id(i))
                    .isTrue());
        }
        assertThat(seen)
                .hasSize(splits.train().size()
                        + splits.selection().size()
                        + splits.report().size());
        assertThat(splits.train().halves(0.25, 3).second().idsSha256())
                .isEqualTo(halves.second().idsSha256());
        assertThat(splits.train().halves(0.25, 4).second().idsSha256())
                .isNotEqualTo(halves.second().idsSha256());
        assertThatThrownBy(() -> splits.train().halves(0.001, 3)).isInstanceOf(InputException.class);
    }

    /** The label of a window's last token is the token after it: it must not be the first of the other half either. */
    @Test
    void halvesOfATextShareNoToken() {
        int[] tokens = IntStream.range(0, 100).map(i -> i % 7).toArray();
        TextWindows all = new TextWindows("text", new CharacterTokenizer("abcdefg"), tokens, 1000, 8);
        Dataset.Halves halves = all.halves(0.3, 1);
        TextWindows first = (TextWindows) halves.first();
        TextWindows second = (TextWindows) halves.second();
        assertThat(List.of(first.from(), first.to(), second.from(), second.to()))
                .containsExactly(1000, 1070, 1070, 1100);
        try (PointerScope scope = new PointerScope()) {
            Batch last = first.batch(new int[] {first.size() - 1});
            long labels = last.labels().numel();
            assertThat(last.labels().reshape(-1).select(0, labels - 1).item_long())
                    .isEqualTo(69 % 7);
            assertThat(second.batch(new int[] {0})
                            .inputs()
                            .only()
                            .reshape(-1)
                            .select(0, 0)
                            .item_long())
                    .isEqualTo(70 % 7);
        }
        assertThatThrownBy(() -> all.halves(0.05, 1))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("validation");
    }

    @Test
    void validationHalfThatFillsNoBatchIsRefusedBeforeAnythingIsWritten() {
        settings.architecture = new ArchitectureSettings(
                0.1, new Optimizer.Adam(0.01, 0.5, 0.999, 1e-8, 0), null, Order.FIRST, null, null, 0);
        assertThatThrownBy(() -> Trainer.start(recipe(), run, SEED))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("batchSize")
                .hasMessageContaining("validation");
        assertThat(run).doesNotExist();
    }

    @Test
    void accumulatedBatchesAreOneUpdateOfOneDrawOfMembers() {
        settings.sharing = List.of();
        settings.architecture = null;
        settings.sampler = new Sampler.Sandwich(2);
        settings.distillation = new Distillation.InPlace();
        settings.accumulate = 2;
        settings.epochs = 2; // four batches each, so two steps
        List<String> heard = new ArrayList<>();
        List<Member> members = new ArrayList<>();
        long steps = train(recipe(), new TrainingListener() {
            @Override
            public void memberTrained(long step, MemberLoss loss) {
                heard.add(step + " " + loss.trained().role());
                members.add(loss.trained().member());
            }

            @Override
            public void gradientsReady(long step, Map<String, Tensor> gradients) {
                heard.add(step + " update");
            }
        });
        assertThat(steps).isEqualTo(4);
        assertThat(heard)
                .hasSize(20)
                .startsWith("1 largest", "1 smallest", "1 random", "1 random", "1 update", "2 largest");
        assertThat(members.subList(2, 4)).isNotEqualTo(members.subList(6, 8));
    }

    /** Exact check 13 of the Mixture-of-Supernets specification; a model without batch norm, which would tell batches apart. */
    @Test
    void accumulatedBatchesEqualOneThatHoldsThemAll() {
        settings.sampler = new Sampler.Sandwich(1);
        settings.distillation = new Distillation.InPlace();
        settings.architecture = null;
        settings.regularisation = new Regularisation(Regularisation.On.ALL, 0, 0, 0.01, false);
        settings.optimizer = new Optimizer.Sgd(0.5, 0.9, true, 0.01);
        try (PointerScope scope = new PointerScope();
                Family one = TinyText.family(List.of());
                Family many = TinyText.family(List.of());
                TrainingStep joined = new TrainingStep(one, settings.build());
                TrainingStep parts = new TrainingStep(many, settings.build())) {
            List<TrainingMember> draws = new Sampler.Sandwich(2).draw(one.space(), new java.util.SplittableRandom(2));
            for (int step = 1; step <= 3; step++) {
                List<Batch> batches = LongStream.range(10L * step, 10L * step + 3)
                        .mapToObj(seed -> TinyText.batch(4, seed))
                        .toList();
                var losses = joined.run(join(batches), draws, 0.5, step, 1, List.of());
                var again = parts.run(batches, draws, 0.5, step, 1, List.of());
                for (int i = 0; i < draws.size(); i++) {
                    assertThat(again.get(i).loss())
                            .isCloseTo(losses.get(i).loss(), org.assertj.core.api.Assertions.within(1e-5));
                }
            }
            one.weights().tensors().forEach((name, tensor) -> TensorAssert.assertThat(
                            many.weights().tensors().get(name))
                    .as(name)
                    .isCloseTo(tensor, 2e-5));
        }
    }

    private static Batch join(List<Batch> batches) {
        Tensor inputs = torch.cat(
                new TensorVector(
                        batches.stream().map(batch -> batch.inputs().only()).toArray(Tensor[]::new)),
                0);
        Tensor labels =
                torch.cat(new TensorVector(batches.stream().map(Batch::labels).toArray(Tensor[]::new)), 0);
        return new Batch(
                inputs, labels, IntStream.range(0, (int) inputs.size(0)).boxed().toList());
    }

    @Test
    void recipesThatMixUpBlendsAreRefused() {
        List<Sharing> blend = settings.sharing;
        settings.sharing = List.of();
        assertThatThrownBy(this::recipe)
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must have a blend in its sharing, but has no sharing");
        settings.sharing = blend;
        settings.architecture = null;
        assertThatThrownBy(this::recipe)
                .isInstanceOf(InputException.class)
                .hasMessageContaining("sampler blend must have train.architecture");
        settings.sampler = new Sampler.Largest();
        assertThatThrownBy(this::recipe)
                .isInstanceOf(InputException.class)
                .hasMessageContaining("sharing has a blend must have sampler blend and train.architecture");
        settings.architecture = TinyTraining.architecture(Order.FIRST);
        assertThatThrownBy(this::recipe).isInstanceOf(InputException.class).hasMessageContaining("sampler");
        settings.sampler = new Sampler.Blend();
        settings.distillation = new Distillation.InPlace();
        assertThatThrownBy(this::recipe).isInstanceOf(InputException.class).hasMessageContaining("in-place");
    }

    @Test
    void costThatIsNotKnownIsRefusedBeforeAnythingIsWritten() {
        settings.architecture = new ArchitectureSettings(
                0.5,
                new Optimizer.Adam(0.01, 0.5, 0.999, 1e-8, 0),
                null,
                Order.FIRST,
                null,
                new CostTerm("mac", 1, null, null),
                0);
        assertThatThrownBy(() -> Trainer.start(recipe(), run, SEED))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("Did you mean \"macs\"?");
        assertThat(run).doesNotExist();
        assertThatThrownBy(() -> new CostTerm("latencyMillisP50", 1, null, tableOfZeros())
                        .of(FamilyDefinition.of(TinyTraining.model())))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("of the largest member must be over 0")
                .hasMessageContaining("but is 0.0. Correct " + temporary.resolve("table.yaml"));
        assertThatThrownBy(() -> new CostTerm("latencyMillis", 1, null, null)).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> new CostTerm("macs", 1, -3.0, null)).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> new CostTerm("macs", 0, null, null)).isInstanceOf(InputException.class);
    }

    private String tableOfZeros() {
        StringBuilder table = new StringBuilder("base: 0\nchoices:\n");
        for (Choice<?> choice : TinyTraining.model().space().choices()) {
            table.append("  ").append(choice.name()).append(": {");
            table.append(choice.options().stream().map(option -> option + ": 0").collect(Collectors.joining(", ")));
            table.append("}\n");
        }
        Path file = temporary.resolve("table.yaml");
        AtomicFile.writeText(file, table.toString());
        return file.toString();
    }

    private Recipe recipe() {
        return new Recipe(
                "tiny",
                "for tests",
                TinyTraining.model(),
                settings.sharing,
                null,
                TinyTraining.dataSettings(data),
                settings.build());
    }

    private long train(Recipe recipe, TrainingListener... listeners) {
        try (Trainer trainer = Trainer.start(recipe, run, SEED)) {
            assertThat(trainer.run(() -> false, List.of(listeners))).isTrue();
            return trainer.stepsDone();
        }
    }

    private List<TrainingNumber> metrics() {
        try (RunDatabase database = RunDatabase.read(run.resolve("run.db"))) {
            return database.metrics();
        }
    }

    private static Map<String, float[]> logits(Family family) {
        Map<String, float[]> logits = new LinkedHashMap<>();
        BlendedWeights blend = family.strategy(BlendedWeights.class).orElseThrow();
        blend.choices().forEach(choice -> logits.put(choice.name(), Tensors.floats(blend.logits(choice))));
        return logits;
    }
}
