package dev.weft.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.data.Augmentation;
import dev.weft.io.EnvironmentException;
import dev.weft.io.InputException;
import dev.weft.loss.Regularisation;
import dev.weft.model.MobileCnn;
import dev.weft.optim.Clipping;
import dev.weft.optim.Optimizer;
import dev.weft.recipe.DataSettings;
import dev.weft.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs in processes of their own. */
class KilledRunTest {
    private static final int KILLS = 20;
    private static final int EPOCHS = 60;
    private static final long STEPS = 4 * EPOCHS;
    private static final int MAX_STEPS = 15; // so that 15 kills leave something of 240 steps

    @TempDir
    Path temporary;

    private Path data;
    private Path run;

    @BeforeEach
    void setUp() throws IOException {
        data = TinyTraining.data(temporary.resolve("data"));
        run = temporary.resolve("run");
    }

    /**
     * Three kills in four hit training, after a random number of steps and a random part of another; the others the start of the
     * process: the virtual machine, libtorch, opening the run, its checkpoint and its database.
     */
    @Test
    void runKilledAtRandomMomentsEndsAsOneThatNeverStopped() throws Exception {
        Path straight = temporary.resolve("straight");
        try (Trainer trainer = Trainer.start(recipe(List.of()), straight, 4)) {
            assertThat(trainer.run(() -> false, List.of())).isTrue();
        }
        Trainer.start(recipe(List.of()), run, 4).close();

        long seed = 20;
        SplittableRandom random = new SplittableRandom(seed);
        List<String> moments = new ArrayList<>();
        List<Long> resumedFrom = new ArrayList<>();
        long startNanos = 0;
        long stepNanos = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            long begin = System.nanoTime();
            try (TrainingChild child = new TrainingChild(run, -1, 0)) {
                if (kill % 4 == 3) {
                    TimeUnit.NANOSECONDS.sleep(random.nextLong(startNanos));
                    moments.add("start + " + (System.nanoTime() - begin) / 1_000_000 + " ms");
                } else {
                    resumedFrom.add(number(child.line(), "training from "));
                    startNanos = System.nanoTime() - begin;
                    int steps = random.nextInt(MAX_STEPS);
                    for (int i = 0; i < steps; i++) {
                        long before = System.nanoTime();
                        number(child.line(), "step ");
                        stepNanos = System.nanoTime() - before;
                    }
                    TimeUnit.NANOSECONDS.sleep(random.nextLong(2 * stepNanos + 1));
                    moments.add(steps + " steps");
                }
                child.process.destroyForcibly().waitFor();
            }
        }
        System.out.println(
                "KilledRunTest: seed " + seed + ", killed after " + moments + ", resumed from " + resumedFrom);
        assertThat(resumedFrom).isSorted();
        assertThat(resumedFrom.get(resumedFrom.size() - 1)).isBetween(20L, STEPS - 1);
        try (TrainingChild child = new TrainingChild(run, -1, 0)) {
            String last = "";
            for (String line = child.line(); line != null; line = child.line()) {
                last = line;
            }
            assertThat(last).isEqualTo("done");
        }
        Outcome.of(run, STEPS).assertSameAs(Outcome.of(straight, STEPS));
    }

    private static long number(String line, String prefix) {
        assertThat(line).startsWith(prefix);
        return Long.parseLong(line.substring(prefix.length()));
    }

    @Test
    void secondProcessOnARunIsRefusedInOneLine() throws Exception {
        Trainer.start(recipe(List.of()), run, 4).close();
        try (TrainingChild first = new TrainingChild(run, 1, 0)) {
            assertThat(first.line()).isEqualTo("training from 0");
            assertThat(first.line()).isEqualTo("step 1");
            assertThat(first.line()).isEqualTo("stopped"); // and keeps the run open
            assertThatThrownBy(() -> Trainer.resume(run))
                    .isInstanceOf(InputException.class)
                    .hasMessage(run + " must be open in one place at a time, but is in use by process "
                            + first.process.pid() + ". Wait until it ends, or stop it with: kill "
                            + first.process.pid());
            try (TrainingChild second = new TrainingChild(run, -1, 0)) {
                assertThat(second.line())
                        .startsWith("InputException: " + run + " must be open in one place at a time")
                        .contains("in use by process " + first.process.pid());
                assertThat(second.line()).isNull();
            }
        }
        try (Trainer trainer = Trainer.resume(run)) {
            assertThat(trainer.stepsDone()).isEqualTo(1);
        }
    }

    /** A limit on the size of files stands for a full disk: both fail in the middle of a write. */
    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "ulimit is of POSIX shells")
    void fullDiskLeavesTheCheckpointBeforeIntact() throws Exception {
        try (Trainer trainer = Trainer.start(recipe(List.of(16384)), run, 4)) {
            trainer.run(() -> trainer.stepsDone() == 3, List.of());
        }
        Path before = run.resolve("checkpoint-000003.safetensors");
        byte[] intact = Files.readAllBytes(before);
        int limitKib = intact.length / 1024 * 4 / 5;
        assertThat(limitKib)
                .as("room for the database and what its driver unpacks")
                .isGreaterThan(2048);
        try (TrainingChild child = new TrainingChild(run, -1, limitKib)) {
            assertThat(child.line()).isEqualTo("training from 3");
            assertThat(child.line()).isEqualTo("step 4");
            assertThat(child.line())
                    .startsWith(EnvironmentException.class.getSimpleName() + ": Cannot write " + run + "/checkpoint-");
        }
        assertThat(before).hasBinaryContent(intact);
        assertThat(run.toFile().list()).noneMatch(name -> name.endsWith(".tmp"));
        try (Trainer trainer = Trainer.resume(run)) {
            assertThat(trainer.stepsDone()).isEqualTo(3);
            trainer.run(() -> trainer.stepsDone() == 5, List.of());
        }
    }

    /** @param headWidth a wide one makes checkpoints large */
    private Recipe recipe(List<Integer> headWidth) {
        MobileCnn model = TinyTraining.model();
        TinyTraining.Settings settings = TinyTraining.settings();
        settings.epochs = EPOCHS;
        settings.optimizer = new Optimizer.AdamW(0.003, 0.9, 0.999, 1e-8, 0.05);
        settings.regularisation = new Regularisation(Regularisation.On.LARGEST, 0.2, 0.2, 1e-4, false);
        settings.clipping = new Clipping(Clipping.By.NORM, 5);
        settings.checkpointEverySteps = 2;
        settings.evaluateEveryEpochs = 10;
        settings.runningStatistics = true;
        return new Recipe(
                "tiny",
                "for tests",
                new MobileCnn(
                        null,
                        model.resolution(),
                        model.stem(),
                        model.stages(),
                        headWidth,
                        model.activation(),
                        model.zeroInitResidual()),
                DataSettings.Images.builder(data.toString())
                        .selectionSize(24)
                        .batchSize(16)
                        .augmentation(new Augmentation(2, true))
                        .build(),
                settings.build());
    }
}
