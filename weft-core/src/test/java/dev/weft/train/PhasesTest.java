package dev.weft.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.criterion.Losses;
import dev.weft.data.Batch;
import dev.weft.io.InputException;
import dev.weft.io.Yaml;
import dev.weft.loss.Distillation;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.model.MobileCnn;
import dev.weft.model.MobileCnn.Block;
import dev.weft.model.MobileCnn.Stage;
import dev.weft.model.MobileCnn.Stem;
import dev.weft.nn.Activation;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Bundle;
import dev.weft.ops.Tensors;
import dev.weft.optim.LearningRateSchedule;
import dev.weft.optim.Optimizer;
import dev.weft.recipe.Phase;
import dev.weft.recipe.Recipe;
import dev.weft.sample.Sampler;
import dev.weft.sample.fair.FairSampler;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.step.MemberLoss;
import dev.weft.step.StepReport;
import dev.weft.weight.kernel.KernelTransforms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Progressive shrinking at a tiny size: four phases of one epoch, four steps each. */
class PhasesTest {
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
        settings.epochs = 4;
        settings.sampler = new Sampler.SinglePath(2);
        settings.distillation = new Distillation.EarlierPhase("largest", 0, 1.0, 1, 0, null);
        settings.optimizer = new Optimizer.Sgd(0.05, 0.9, true, 1e-4);
        settings.sharing = List.of(new KernelTransforms("conv_dw"));
        settings.checkpointEverySteps = 3;
    }

    private static MobileCnn model() {
        return new MobileCnn(
                null,
                List.of(16),
                new Stem(List.of(6), 2),
                List.of(
                        new Stage(Block.FUSED, List.of(8), List.of(1, 2), List.of(3), List.of(2.0, 3.0), 2, false),
                        new Stage(
                                Block.DEPTHWISE,
                                List.of(8),
                                List.of(1, 2, 3),
                                List.of(3, 5),
                                List.of(2.0, 3.0, 4.0),
                                1,
                                true)),
                List.of(),
                Activation.SILU,
                false);
    }

    private static List<Phase> phases() {
        List<String> kernels = List.of("3", "5");
        return List.of(
                new Phase(
                        "largest",
                        1,
                        null,
                        null,
                        new Sampler.Largest(),
                        new Distillation.None(),
                        0.1,
                        new LearningRateSchedule.Constant()),
                new Phase("kernel", 1, Map.of("kernel", kernels), null, null, null, null, null),
                new Phase(
                        "depth",
                        1,
                        ordered("kernel", kernels, "depth", List.of("2", "3")),
                        null,
                        null,
                        null,
                        0.025,
                        null),
                new Phase(
                        "expand",
                        1,
                        ordered("kernel", kernels, "depth", List.of("all"), "stage2.expand", List.of("3.0", "4.0")),
                        List.of("stage2.expand"),
                        new Sampler.Sandwich(1),
                        new Distillation.EarlierPhase("kernel", 0.5, null, 2, 0.5, null),
                        null,
                        null));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, List<String>> ordered(Object... entries) {
        Map<String, List<String>> map = new LinkedHashMap<>();
        for (int i = 0; i < entries.length; i += 2) {
            map.put((String) entries[i], (List<String>) entries[i + 1]);
        }
        return map;
    }

    private Recipe recipe() {
        return new Recipe(
                "tiny",
                "for tests",
                model(),
                settings.sharing,
                null,
                TinyTraining.dataSettings(data),
                settings.build().toBuilder().phases(phases()).build());
    }

    /** Stopped inside every phase and at every boundary. */
    @Test
    void resumedRunEndsAsOneThatNeverStopped() throws IOException {
        Path straight = temporary.resolve("straight");
        try (Trainer trainer = Trainer.start(recipe(), straight, SEED)) {
            assertThat(trainer.steps()).isEqualTo(16);
            trainer.run();
        }
        try (Trainer trainer = Trainer.start(recipe(), run, SEED)) {
            assertThat(trainer.run(() -> trainer.stepsDone() == 2, List.of())).isFalse();
        }
        for (long stop : List.of(4, 5, 8, 10, 12, 13, 15)) {
            try (Trainer trainer = Trainer.resume(run)) {
                assertThat(trainer.run(() -> trainer.stepsDone() == stop, List.of()))
                        .isFalse();
                assertThat(trainer.stepsDone()).isEqualTo(stop);
            }
        }
        try (Trainer trainer = Trainer.resume(run)) {
            trainer.run();
        }
        for (String file : List.of("family.safetensors", "phase-largest.safetensors", "phase-kernel.safetensors")) {
            assertThat(Files.readAllBytes(run.resolve(file)))
                    .as(file)
                    .isEqualTo(Files.readAllBytes(straight.resolve(file)));
        }
        assertThat(run.resolve("phase-depth.safetensors")).doesNotExist();
    }

    @Test
    void membersOfAPhaseHaveItsFreeOptionsAndRatesAreItsOwn() {
        Map<Long, List<TrainingMember>> draws = new LinkedHashMap<>();
        Map<Long, Double> rates = new LinkedHashMap<>();
        Space space;
        try (Trainer trainer = Trainer.start(recipe(), run, SEED)) {
            space = trainer.family().space();
            trainer.run(new TrainingListener() {
                @Override
                public void stepDone(StepReport report) {
                    rates.put(report.step(), report.learningRate());
                    draws.put(
                            report.step(),
                            report.losses().stream().map(MemberLoss::trained).toList());
                }
            });
        }
        assertThat(rates.get(4L)).isEqualTo(0.1);
        assertThat(rates.get(5L)).isEqualTo(0.05);
        assertThat(rates.get(9L)).isEqualTo(0.025);
        Map<String, Set<String>> seen = new LinkedHashMap<>();
        draws.forEach((step, members) -> members.forEach(draw -> {
            assertThat(space.contains(draw.member())).isTrue();
            draw.member().options().forEach((choice, option) -> seen.computeIfAbsent(
                            (step - 1) / 4 + " " + choice, key -> new TreeSet<>())
                    .add(option.toString()));
        }));
        assertThat(seen.get("0 stage2.kernel")).containsExactly("5");
        assertThat(seen.get("1 stage2.kernel")).containsExactly("3", "5");
        assertThat(seen.get("1 stage2.depth")).containsExactly("3");
        assertThat(seen.get("2 stage2.depth")).isSubsetOf("2", "3").hasSize(2);
        assertThat(seen.get("2 stage1.depth")).containsExactly("2");
        assertThat(seen.get("2 stage2.expand")).containsExactly("4.0");
        assertThat(seen.get("3 stage2.depth")).contains("1");
        assertThat(seen.get("3 stage2.expand")).containsExactly("3.0", "4.0");
        assertThat(seen.get("3 stage1.expand")).containsExactly("3.0");
    }

    /** The teacher is the largest member at the end of the phase it comes from, and the labels are added as the ratio says. */
    @Test
    void teacherIsTheLargestAtTheEndOfItsPhase() {
        List<double[]> losses = new ArrayList<>();
        try (PointerScope scope = new PointerScope();
                Trainer trainer = Trainer.start(recipe(), run, SEED)) {
            trainer.runTo(4, () -> false, List.of());
            Tensor images = TinyTraining.batch(5, 1).inputs().only();
            Member largest = trainer.family().space().largest();
            float[] expected;
            try (MemberStatistics statistics = trainer.calibrate(largest);
                    NoGradGuard guard = new NoGradGuard()) {
                expected = Tensors.floats(trainer.family().forward(images, Pass.evaluation(largest, statistics)));
            }
            trainer.runTo(5, () -> false, List.of());
            try (Family teacher = Family.open(run.resolve("phase-largest.safetensors"))) {
                MemberStatistics statistics =
                        teacher.members().get(Family.EXTRACTED).statistics();
                Pass pass = Pass.evaluation(Member.PLAIN, statistics);
                assertThat(Tensors.floats(teacher.forward(images, pass))).isEqualTo(expected);
                Map<TrainingMember, Double> own = new LinkedHashMap<>();
                trainer.runTo(6, () -> false, List.of(new TrainingListener() {
                    @Override
                    public void memberForwarded(long step, TrainingMember draw, Batch batch, Bundle logits) {
                        double loss = Losses.labels(logits.only(), batch.labels(), 0)
                                        .item_double()
                                + Losses.soft(
                                                logits.only(),
                                                teacher.forward(batch.inputs().only(), pass))
                                        .item_double();
                        own.put(draw, loss);
                    }

                    @Override
                    public void memberTrained(long step, MemberLoss loss) {
                        losses.add(new double[] {loss.loss(), own.get(loss.trained())});
                    }
                }));
            }
        }
        assertThat(losses).hasSize(2).allSatisfy(pair -> assertThat(pair[0])
                .isCloseTo(pair[1], org.assertj.core.api.Assertions.within(1e-5)));
    }

    @Test
    void phasesReadBackAndMayLeaveKeysOut() {
        Recipe recipe = recipe();
        assertThat(Yaml.parse(Yaml.write(recipe), "written", Recipe.class)).isEqualTo(recipe);
        Phase phase = Yaml.parse("{name: depth, epochs: 3}", "p", Phase.class);
        assertThat(phase).isEqualTo(new Phase("depth", 3, null, null, null, null, null, null));
    }

    @Test
    void whatCannotBeAPhaseIsRefused() {
        Space space = model().space();
        assertThatThrownBy(() -> phase(Map.of("kernal", List.of("3"))).within(space))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("\"kernal\" is none");
        assertThatThrownBy(() -> phase(Map.of("kernel", List.of("3"))).within(space))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("stage2.kernel its largest option, 5");
        assertThatThrownBy(() -> new Phase("a b", 1, null, null, null, null, null, null))
                .isInstanceOf(InputException.class);
        settings.epochs = 5;
        assertThatThrownBy(this::recipe)
                .isInstanceOf(InputException.class)
                .hasMessageContaining("as many epochs as they have together, 4");
        settings.epochs = 4;
        settings.distillation = new Distillation.EarlierPhase("expand", 0, null, 1, 0, null);
        assertThatThrownBy(this::recipe)
                .isInstanceOf(InputException.class)
                .hasMessageContaining("The teacher of phase kernel must be of an earlier phase");
        settings.distillation = new Distillation.None();
        settings.sampler = new FairSampler(true);
        assertThatThrownBy(this::recipe).isInstanceOf(InputException.class).hasMessageContaining("remembers nothing");
        settings.sampler = new Sampler.SinglePath(1);
        settings.runningStatistics = true;
        assertThatThrownBy(this::recipe).hasMessageContaining("runningStatistics: false");
        assertThatThrownBy(() -> recipe().train().withEpochs(3)).isInstanceOf(InputException.class);
    }

    private static Phase phase(Map<String, List<String>> free) {
        return new Phase("some", 1, free, null, null, null, null, null);
    }
}
