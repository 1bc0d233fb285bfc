package dev.weft.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.io.SafetensorsFile;
import dev.weft.io.Yaml;
import dev.weft.loss.Distillation;
import dev.weft.optim.Optimizer;
import dev.weft.recipe.Best;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.TrainSettings;
import dev.weft.run.RunDatabase;
import dev.weft.run.TrainingNumber;
import dev.weft.sample.Sampler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The weights of the best evaluation are the result, and training stops when none is better any more. */
class BestWeightsTest {
    private static final long SEED = 4;

    @TempDir
    private Path temporary;

    private Path data;

    @BeforeEach
    void setUp() throws IOException {
        data = TinyTraining.data(temporary.resolve("data"));
    }

    /** Steps so large that the loss on the selection split goes up and down. */
    private static TrainSettings settings(Best best) {
        TinyTraining.Settings settings = TinyTraining.settings();
        settings.epochs = 8;
        settings.sampler = new Sampler.Sandwich(0);
        settings.distillation = new Distillation.None();
        settings.optimizer = new Optimizer.Sgd(0.4, 0.9, false, 0);
        settings.evaluateEveryEpochs = 1;
        settings.checkpointEverySteps = 3;
        return settings.build().toBuilder().best(best).build();
    }

    private Recipe recipe(Best best) {
        return TinyTraining.recipe(data, settings(best));
    }

    private static List<TrainingNumber> accuracies(Path run) {
        try (RunDatabase database = RunDatabase.read(run.resolve("run.db"))) {
            return database.metrics().stream()
                    .filter(metric ->
                            metric.name().equals("accuracy") && metric.role().equals("largest"))
                    .toList();
        }
    }

    /** Of those that are equally good, the first. */
    private static TrainingNumber best(List<TrainingNumber> measured) {
        return measured.stream()
                .sorted(Comparator.comparingDouble((TrainingNumber metric) -> -metric.value())
                        .thenComparing(TrainingNumber::step))
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, String> weights(Path file, String prefix) {
        Map<String, String> weights = new HashMap<>();
        Outcome.bytes(SafetensorsFile.open(file)).forEach((name, bytes) -> {
            if (name.startsWith(prefix)) {
                weights.put(name.substring(prefix.length()), bytes);
            }
        });
        return weights;
    }

    @Test
    void theFamilyHasTheWeightsOfTheBestEvaluation() {
        Path run = temporary.resolve("run");
        try (Trainer trainer = Trainer.start(recipe(new Best(null, Best.Of.LARGEST, null)), run, SEED)) {
            trainer.run();
            assertThat(trainer.stepsDone()).isEqualTo(32);
        }
        TrainingNumber best = best(accuracies(run));
        assertThat(best.step())
                .as("a best that is not the last, so that they differ")
                .isBetween(4L, 28L);
        Path stopped = temporary.resolve("stopped");
        try (Trainer plain = Trainer.start(recipe(null), stopped, SEED)) {
            plain.runTo(best.step(), () -> false, List.of());
        }
        Map<String, String> there =
                weights(stopped.resolve(String.format("checkpoint-%06d.safetensors", best.step())), "weights/");
        Map<String, String> kept = weights(run.resolve("family.safetensors"), "");
        assertThat(there).isNotEmpty();
        there.forEach((name, bytes) ->
                assertThat(kept.get(name).equals(bytes)).as(name).isTrue());
        assertThat(weights(run.resolve("checkpoint-000032.safetensors"), "weights/"))
                .as("training itself went on")
                .isNotEqualTo(there);
    }

    @Test
    void trainingThatNoLongerGetsBetterStopsAndARunStoppedAtAnyStepEndsTheSame() throws IOException {
        Best patient = new Best("accuracy", Best.Of.LARGEST, 2);
        Path straight = temporary.resolve("straight");
        List<String> said = new ArrayList<>();
        long steps;
        try (Trainer trainer = Trainer.start(recipe(patient), straight, SEED)) {
            boolean complete = trainer.run(() -> false, List.of(new TrainingListener() {
                @Override
                public void said(String line) {
                    said.add(line);
                }
            }));
            assertThat(complete).isTrue();
            steps = trainer.stepsDone();
            assertThat(steps)
                    .isLessThan(trainer.steps())
                    .isEqualTo(best(accuracies(straight)).step() + 2 * 4);
        }
        assertThat(said).singleElement().asString().contains("stops after step " + steps + " of 32: accuracy of the");

        Path run = temporary.resolve("run");
        Trainer.start(recipe(patient), run, SEED).close();
        SplittableRandom random = new SplittableRandom(9);
        boolean done = false;
        for (int resumed = 0; !done; resumed++) {
            assertThat(resumed).isLessThan(100);
            try (Trainer trainer = Trainer.resume(run)) {
                long until = trainer.stepsDone() + 1 + random.nextInt(4);
                done = trainer.run(() -> trainer.stepsDone() >= until, List.of());
            }
        }
        Outcome.of(run, steps).assertSameAs(Outcome.of(straight, steps));
        byte[] family = Files.readAllBytes(run.resolve("family.safetensors"));
        try (Trainer trainer = Trainer.resume(run)) {
            assertThat(trainer.isOver()).isTrue();
            assertThat(trainer.run(() -> false, List.of())).isTrue();
            assertThat(trainer.stepsDone()).isEqualTo(steps);
        }
        assertThat(run.resolve("family.safetensors")).hasBinaryContent(family);
    }

    @Test
    void whatCannotBeTheBestIsRefusedBeforeAnythingIsWritten() {
        Path run = temporary.resolve("run");
        assertThatThrownBy(() -> Trainer.start(recipe(new Best("perplexity", Best.Of.LARGEST, null)), run, SEED))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("train.best.metric must be one by which members of this model are measured")
                .hasMessageContaining("is perplexity");
        assertThat(run).doesNotExist();
        Best best = new Best(null, Best.Of.LARGEST, null);
        TrainSettings plain = settings(null);
        assertThatThrownBy(() ->
                        plain.toBuilder().evaluateEveryEpochs(0).best(best).build())
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must evaluate at least once");
        assertThatThrownBy(() ->
                        plain.toBuilder().evaluateEveryEpochs(9).best(best).build())
                .isInstanceOf(InputException.class)
                .hasMessageContaining("from 1 to epochs=8, but has 9");
        assertThatThrownBy(() -> settings(new Best(null, Best.Of.CHOSEN, null)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must have train.architecture");
        assertThatThrownBy(() -> Yaml.parse("{patience: 0}", "best.yaml", Best.class))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("patience >= 1");
        assertThat(Yaml.parse("{}", "best.yaml", Best.class)).isEqualTo(best);
    }
}
