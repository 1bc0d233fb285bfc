package org.example.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.criterion.SquaredError;
import dev.weft.data.Splits;
import dev.weft.export.ExportedNetwork;
import dev.weft.export.ExportedPort;
import dev.weft.export.InvalidInputException;
import dev.weft.export.OnnxFile;
import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import dev.weft.metric.Metric;
import dev.weft.model.Family;
import dev.weft.model.InputContract;
import dev.weft.model.ModelDefinition;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.onnx.ExportOptions;
import dev.weft.onnx.ExportedEvaluation;
import dev.weft.onnx.Exporter;
import dev.weft.ops.Bundle;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.Recipes;
import dev.weft.space.Member;
import dev.weft.train.Evaluation;
import dev.weft.train.Trainer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An input of two ports with a number to predict goes the whole way, and nothing in Weft knows it. */
class ParticlesTest {
    private static final Kinds KINDS = OutsideKinds.KINDS;

    @TempDir
    Path folder;

    @Nested
    class ContractOfIt implements InputContract {
        @Override
        public ModelDefinition model() {
            return new DeepSet(new Particles(6), List.of(4, 8));
        }

        @Override
        public Kinds kinds() {
            return KINDS;
        }
    }

    private Recipe recipe(int epochs, String extra) throws Exception {
        return Recipes.read(Example.particles(folder, epochs, extra).toString(), List.of(), KINDS);
    }

    private Path trained(Recipe recipe, String name) {
        Path run = folder.resolve(name);
        try (Trainer trainer = Trainer.start(recipe, run, 1, KINDS)) {
            trainer.run(() -> false, List.of());
        }
        return run;
    }

    private static double error(Family family, Splits splits, String member) {
        return Evaluation.of(family, family.member(member), MemberStatistics.none(), splits.report())
                .get(Particles.RMSE);
    }

    /** The values vary by about 0.16; a mean over features of squares comes much nearer than their mean. */
    @Test
    void trainedMembersPredictWhatUntrainedOnesDoNot() throws Exception {
        Recipe recipe = recipe(40, "");
        Splits splits = recipe.data().open(1);
        ModelDefinition model = recipe.on(recipe.data().input(splits), KINDS).model();
        try (Family fresh = Family.of(model, 1, List.of(), KINDS);
                Family family = Family.open(trained(recipe, "run").resolve("family.safetensors"), KINDS)) {
            for (String member : List.of("largest", "smallest")) {
                assertThat(error(family, splits, member)).isLessThan(0.5 * error(fresh, splits, member));
            }
            assertThat(family.members().get("largest").measurements()).containsOnlyKeys("rmse");
        }
    }

    @Test
    void stoppedRunGoesOnToTheSameWeights() throws Exception {
        Recipe recipe = recipe(3, "");
        Path straight = trained(recipe, "straight");
        Path stopped = folder.resolve("stopped");
        try (Trainer trainer = Trainer.start(recipe, stopped, 1, KINDS)) {
            trainer.run(() -> trainer.stepsDone() >= 17, List.of());
        }
        try (Trainer trainer = Trainer.resume(stopped, Optional.empty(), KINDS)) {
            trainer.run(() -> false, List.of());
        }
        try (Family first = Family.open(straight.resolve("family.safetensors"), KINDS);
                Family second = Family.open(stopped.resolve("family.safetensors"), KINDS)) {
            first.weights().tensors().forEach((name, tensor) -> TensorAssert.assertThat(
                            second.weights().tensors().get(name))
                    .isBitEqualTo(tensor));
        }
    }

    /** Both ports are proven, of any number of particles, and a program without libtorch runs the file by their names. */
    @Test
    void exportedMemberReadsBothPorts() throws Exception {
        Recipe recipe = recipe(2, "");
        Splits splits = recipe.data().open(1);
        Path onnx = folder.resolve("small.onnx");
        try (Family family = Family.open(trained(recipe, "run").resolve("family.safetensors"), KINDS);
                MemberStatistics none = MemberStatistics.none();
                PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Member member = family.member("hidden=8");
            Bundle inputs = family.definition().input().random(4, new SplittableRandom(3));
            assertThat(Exporter.export(family, member, none, List.of(inputs), ExportOptions.onnx(onnx))
                            .check()
                            .maxAbsError())
                    .isLessThan(1e-5);
            OnnxFile file = OnnxFile.read(onnx);
            assertThat(file.inputs()).extracting(ExportedPort::name).containsExactly("positions", "masses");
            Bundle two = Bundle.of(
                    "positions", Tensors.fresh(new float[] {1, 2, 3, 0.5f, 0, -1}, 1, 2, 3),
                    "masses", Tensors.fresh(new float[] {0.5f, 2}, 1, 2, 1));
            float live = family.forward(two, Pass.evaluation(member, none))
                    .get("value")
                    .item_float();
            try (ExportedNetwork network = ExportedNetwork.open(onnx)) {
                Map<String, ExportedNetwork.Numbers> outputs = network.run(Map.of(
                        "positions", ExportedNetwork.Numbers.of(new float[] {1, 2, 3, 0.5f, 0, -1}, 1, 2, 3),
                        "masses", ExportedNetwork.Numbers.of(new float[] {0.5f, 2}, 1, 2, 1)));
                assertThat(outputs.get("value").floats()[0]).isCloseTo(live, within(1e-5f));
                assertThatThrownBy(() -> network.run(
                                Map.of("positions", ExportedNetwork.Numbers.of(new float[] {1, 2, 3}, 1, 1, 3))))
                        .isInstanceOf(InvalidInputException.class)
                        .hasMessageContaining("masses");
            }
            Map<Metric, Double> exported = ExportedEvaluation.of(file, splits.report(), 1, KINDS);
            assertThat(exported.get(Particles.RMSE)).isCloseTo(error(family, splits, "hidden=8"), within(1e-5));
        }
    }

    /** A recipe names a criterion in place of the input's own, Weft's or one of this jar. */
    @Test
    void criterionOfTheRecipeTakesThePlaceOfTheInputs() throws Exception {
        assertThat(recipe(1, "  criterion: {kind: squared-error}\n").train().criterion())
                .isEqualTo(new SquaredError());
        assertThat(recipe(1, "  criterion: {kind: huber, delta: 0.01}\n")
                        .train()
                        .criterion())
                .isEqualTo(new Huber(0.01));
        Path own = trained(recipe(1, ""), "own");
        Path other = trained(recipe(1, "  criterion: {kind: huber, delta: 0.01}\n"), "other");
        try (Family first = Family.open(own.resolve("family.safetensors"), KINDS);
                Family second = Family.open(other.resolve("family.safetensors"), KINDS)) {
            assertThat(Tensors.floats(first.weights().tensors().get("fc1.weight")))
                    .isNotEqualTo(Tensors.floats(second.weights().tensors().get("fc1.weight")));
        }
    }

    @Test
    void whatTheCriterionCannotDoIsRefusedBeforeAnythingIsWritten() throws Exception {
        Path run = folder.resolve("none");
        assertThatThrownBy(() -> Trainer.start(recipe(1, "  labelSmoothing: 0.1\n"), run, 1, KINDS))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("\"huber\" has no classes");
        Recipe taught = recipe(1, "  distillation: {kind: in-place}\n");
        assertThatThrownBy(() -> Trainer.start(taught, run, 1, KINDS))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("distillation must be none");
        assertThat(run).doesNotExist();
    }
}
