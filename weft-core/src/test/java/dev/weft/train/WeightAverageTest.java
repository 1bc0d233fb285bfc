package dev.weft.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.io.SafetensorsFile;
import dev.weft.model.Family;
import dev.weft.model.NamedMember;
import dev.weft.nn.MemberStatistics;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.optim.Averaging;
import dev.weft.optim.Optimizer;
import dev.weft.recipe.Base;
import dev.weft.recipe.Recipe;
import dev.weft.run.Checkpoint;
import dev.weft.weight.StoredTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightAverageTest {
    private static final long SEED = 5;

    @TempDir
    private Path temporary;

    private Path data;
    private final TinyTraining.Settings settings = TinyTraining.settings();

    @BeforeEach
    void data() throws IOException {
        data = TinyTraining.data(temporary.resolve("data"));
        settings.optimizer = new Optimizer.Sgd(0.05, 0.9, true, 1e-4);
    }

    @Test
    void theDecayRisesWhereItIsAskedTo() {
        Averaging rising = new Averaging(0.9999, true);
        assertThat(rising.decayAt(1)).isCloseTo(2 / 11.0, Offset.offset(1e-12));
        assertThat(rising.decayAt(90)).isCloseTo(0.91, Offset.offset(1e-12));
        assertThat(rising.decayAt(1_000_000)).isEqualTo(0.9999);
        assertThat(new Averaging(0.9, false).decayAt(1)).isEqualTo(0.9);
        for (double decay : new double[] {0, 1, Double.NaN}) {
            assertThatThrownBy(() -> new Averaging(decay, true))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("decay over 0 and under 1, but got decay=" + decay);
        }
    }

    /** The weights after each step of a run without, averaged in double precision. Training itself is the same, bit for bit. */
    @Test
    void isTheAverageOfTheWeightsAfterEachStep() {
        List<Map<String, double[]>> weights = new ArrayList<>();
        try (Trainer plain = Trainer.start(recipe(null), temporary.resolve("plain"), SEED)) {
            weights.add(weights(plain.family()));
            while (weights.size() <= plain.steps()) {
                plain.runTo(weights.size(), () -> false, List.of());
                weights.add(weights(plain.family()));
            }
        }
        for (boolean warmup : new boolean[] {true, false}) {
            Averaging averaging = new Averaging(0.8, warmup);
            Map<String, double[]> expected = new LinkedHashMap<>(weights.get(0));
            for (int step = 1; step < weights.size(); step++) {
                double decay = averaging.decayAt(step);
                Map<String, double[]> now = weights.get(step);
                expected.replaceAll((name, average) -> {
                    double[] next = average.clone();
                    for (int i = 0; i < next.length; i++) {
                        next[i] = decay * average[i] + (1 - decay) * now.get(name)[i];
                    }
                    return next;
                });
            }
            Path run = temporary.resolve("averaged-" + warmup);
            double apart = 0;
            try (Trainer trainer = Trainer.start(recipe(averaging), run, SEED)) {
                trainer.run();
                Map<String, double[]> averaged = weights(trainer.family());
                for (String name : expected.keySet()) {
                    assertThat(averaged.get(name)).as(name).containsExactly(expected.get(name), Offset.offset(1e-6));
                    for (int i = 0; i < averaged.get(name).length; i++) {
                        apart = Math.max(
                                apart,
                                Math.abs(averaged.get(name)[i]
                                        - weights.get(weights.size() - 1).get(name)[i]));
                    }
                }
                Checkpoint last =
                        trainer.folder().latestCheckpoint().checkpoint().orElseThrow();
                SafetensorsFile file = SafetensorsFile.open(last.file());
                weights.get(weights.size() - 1).forEach((name, trained) -> {
                    try (Tensor stored = StoredTensors.copied(file, "weights/" + name)) {
                        assertThat(Tensors.doubles(stored)).as(name).isEqualTo(trained);
                    }
                });
            }
            assertThat(apart).isGreaterThan(1e-3);
        }
    }

    /** What is saved, named and measured is the average, with statistics of its own. */
    @Test
    void isWhatTheFamilyFileHolds() {
        Path run = temporary.resolve("run");
        settings.evaluateEveryEpochs = 1;
        try (Trainer trainer = Trainer.start(recipe(new Averaging(0.9, false)), run, SEED)) {
            trainer.run();
            try (Family saved = Family.open(trainer.folder().family());
                    PointerScope scope = new PointerScope()) {
                trainer.family().weights().tensors().forEach((name, average) -> TensorAssert.assertThat(
                                saved.weights().tensors().get(name))
                        .as(name)
                        .isBitEqualTo(average));
                NamedMember largest = saved.members().get("largest");
                try (MemberStatistics again = trainer.calibrate(largest.member())) {
                    again.tensors().forEach((name, tensor) -> TensorAssert.assertThat(
                                    largest.statistics().tensors().get(name))
                            .as(name)
                            .isBitEqualTo(tensor));
                    assertThat(largest.measurements().get("accuracy"))
                            .isEqualTo(Evaluation.accuracy(
                                    trainer.family(),
                                    largest.member(),
                                    again,
                                    trainer.splits().selection()));
                }
            }
        }
    }

    /** A run that begins from trained weights averages from these, and not from what its seed gave. */
    @Test
    void beginsFromTheWeightsThatARunBeginsFrom() {
        Path first = temporary.resolve("first");
        try (Trainer trainer = Trainer.start(recipe(null), first, SEED)) {
            trainer.run();
        }
        Base start = Base.of(first.resolve("family.safetensors").toString(), "largest", Base.Weights.INHERITED);
        Recipe recipe = recipe(new Averaging(0.5, false)).from(start);
        try (Trainer trainer = Trainer.start(recipe, temporary.resolve("second"), SEED);
                Family family = Family.open(first.resolve("family.safetensors"))) {
            Map<String, double[]> begun = weights(trainer.family());
            Map<String, double[]> shared = weights(family);
            assertThat(begun.get("conv_stem.weight")).isEqualTo(shared.get("conv_stem.weight"));
        }
    }

    private static Map<String, double[]> weights(Family family) {
        Map<String, double[]> weights = new LinkedHashMap<>();
        family.weights().tensors().forEach((name, tensor) -> weights.put(name, Tensors.doubles(tensor)));
        return weights;
    }

    private Recipe recipe(Averaging average) {
        settings.average = average;
        return TinyTraining.recipe(data, settings.build());
    }
}
