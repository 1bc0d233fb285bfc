package org.example.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.cost.LatencySettings;
import dev.weft.data.Splits;
import dev.weft.io.InputException;
import dev.weft.io.JsonSchema;
import dev.weft.io.Kinds;
import dev.weft.io.SafetensorsFile;
import dev.weft.metric.Metric;
import dev.weft.model.Family;
import dev.weft.model.ModelDefinition;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.onnx.ExportOptions;
import dev.weft.onnx.ExportResult;
import dev.weft.ops.TensorAssert;
import dev.weft.pick.FinishedRun;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.Recipes;
import dev.weft.report.RunReport;
import dev.weft.results.RunReports;
import dev.weft.search.Constraints;
import dev.weft.search.MeasuredMember;
import dev.weft.search.MemberTable;
import dev.weft.search.Objective;
import dev.weft.search.SearchResult;
import dev.weft.space.Member;
import dev.weft.step.StepReport;
import dev.weft.train.Trainer;
import dev.weft.train.TrainingListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that passes its own kinds goes the whole way, from a recipe to an exported member. */
class LibraryTest {
    private static final Kinds KINDS = OutsideKinds.KINDS;

    @TempDir
    Path folder;

    private Recipe recipe() throws Exception {
        return Recipes.read(Example.recipe(folder, 3).toString(), List.of(), KINDS);
    }

    private Path trained() throws Exception {
        Path run = folder.resolve("run");
        try (Trainer trainer = Trainer.start(recipe(), run, 1, KINDS)) {
            trainer.run(() -> false, List.of());
        }
        return run;
    }

    @Test
    void stoppedRunGoesOnToTheSameWeights() throws Exception {
        Path straight = trained();
        Path stopped = folder.resolve("stopped");
        try (Trainer trainer = Trainer.start(recipe(), stopped, 1, KINDS)) {
            trainer.run(() -> trainer.stepsDone() >= 7, List.of());
        }
        try (Trainer trainer = Trainer.resume(stopped, Optional.empty(), KINDS)) {
            assertThat(trainer.stepsDone()).isBetween(5L, 7L);
            trainer.run(() -> false, List.of());
        }
        try (Family first = Family.open(straight.resolve("family.safetensors"), KINDS);
                Family second = Family.open(stopped.resolve("family.safetensors"), KINDS)) {
            assertThat(first.weights().tensors()).containsKeys("fc1.weight", "gains/fc1.weight", "gains/fc2.weight");
            first.weights().tensors().forEach((name, tensor) -> TensorAssert.assertThat(
                            second.weights().tensors().get(name))
                    .isBitEqualTo(tensor));
            try (PointerScope scope = new PointerScope()) {
                for (String name : List.of("gains/fc1.weight", "gains/fc2.weight")) {
                    Tensor gains = first.weights().tensors().get(name);
                    assertThat(gains.min().item_double()).as(name).isPositive();
                    assertThat(gains.sub(new Scalar(1)).abs().max().item_double())
                            .as(name)
                            .isGreaterThan(1e-3);
                }
            }
        }
    }

    /** What an update of a sharing measures is told, kept and drawn by its name, and what it remembers is in checkpoints. */
    @Test
    void updateOfASharingIsMeasuredAndResumes() throws Exception {
        Path run = folder.resolve("run");
        List<Map<String, Map<String, Double>>> told = new ArrayList<>();
        TrainingListener hearing = new TrainingListener() {
            @Override
            public void stepDone(StepReport report) {
                told.add(report.measures());
            }
        };
        try (Trainer trainer = Trainer.start(recipe(), run, 1, KINDS)) {
            trainer.run(() -> trainer.stepsDone() >= 7, List.of(hearing));
        }
        assertThat(told).hasSize(7).allSatisfy(measures -> assertThat(measures.get("gains"))
                .containsOnlyKeys("largestGain"));
        assertThat(told.get(6).get("gains").get("largestGain")).isNotEqualTo(1.0);
        Path checkpoint = run.resolve("checkpoint-000007.safetensors");
        assertThat(SafetensorsFile.open(checkpoint).names())
                .contains("update/gains/gains/fc1.weight", "update/weights/momentum/fc1.weight")
                .doesNotContain("update/weights/momentum/gains/fc1.weight");
        assertThat(RunReports.of(run, KINDS).curves()).anySatisfy(curve -> {
            assertThat(curve.metric()).isEqualTo("largestGain");
            assertThat(curve.points()).hasSize(7);
        });
    }

    /** Each member equals its extracted model, which knows nothing of gains. */
    @Test
    void extractedMembersEqualTheMembersAndReadBack() throws Exception {
        try (Family family = Family.open(trained().resolve("family.safetensors"), KINDS);
                MemberStatistics none = MemberStatistics.none();
                PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor images = family.definition()
                    .input()
                    .random(5, new SplittableRandom(2))
                    .only();
            for (Member member : family.space().enumerate(10)) {
                Path file = folder.resolve("one.safetensors");
                Files.deleteIfExists(file);
                Tensor live = family.forward(images, Pass.evaluation(member, none));
                try (Family alone = family.extract(member, none)) {
                    assertThat(alone.weights().tensors().keySet()).noneMatch(name -> name.startsWith("gains/"));
                    alone.save(file);
                }
                try (Family read = Family.open(file, KINDS)) {
                    TensorAssert.assertThat(read.forward(images, Pass.evaluation(Member.PLAIN, none)))
                            .isCloseTo(live, 1e-5);
                }
            }
        }
    }

    @Test
    void searchExportAndReport() throws Exception {
        Path run = trained();
        try (FinishedRun search =
                FinishedRun.open(run, LatencySettings.DEFAULT, MemberTable.Source.NONE, Optional.empty(), KINDS)) {
            SearchResult found = search.search(
                    new HillClimbing(20),
                    List.of(Objective.of("accuracy")),
                    Constraints.parse("params<=700,energyMicrojoules<=0.4", search.metrics()),
                    1,
                    progress -> {});
            assertThat(found.best()).hasSize(1);
            MeasuredMember best = search.measured(found.best().get(0).measured().member());
            assertThat(best.value(Energy.MICROJOULES))
                    .isBetween(1e-3, 0.4)
                    .isCloseTo((4.6 * best.value(Metric.MACS) + 640 * best.value(Metric.PARAMS)) * 1e-6, within(1e-12));
            search.keep(Map.of("best", found.best().get(0).measured().member()));
            ExportResult shipped = search.export("best", ExportOptions.onnx(folder.resolve("best.onnx")));
            assertThat(shipped.check().maxAbsError()).isLessThan(1e-4);
        }
        RunReport report = RunReports.of(run, KINDS);
        assertThat(report.title()).contains("outside");
        assertThat(report.members()).isNotEmpty().allMatch(member -> member.value(Energy.MICROJOULES) > 0);
    }

    @Test
    void kindsThatAreNotPassedAreRefusedBeforeAnythingIsWritten() throws Exception {
        Recipe recipe = recipe();
        Path run = folder.resolve("none");
        assertThatThrownBy(() -> Trainer.start(recipe, run, 1))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("The settings of a run must be read back from their own YAML: Unknown kind");
        assertThat(run).doesNotExist();
        Path family = trained().resolve("family.safetensors");
        assertThatThrownBy(() -> Family.open(family))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("Unknown kind \"perceptron\"")
                .hasMessageContaining("It is " + Perceptron.class.getName())
                .hasMessageNotContaining("\n");
        Splits splits = recipe.data().open(1);
        ModelDefinition bound = recipe.on(recipe.data().input(splits), KINDS).model();
        try (Family unregistered = Family.of(bound, 1)) {
            Path file = folder.resolve("unregistered.safetensors");
            assertThatThrownBy(() -> unregistered.save(file)).isInstanceOf(InputException.class);
            assertThat(file).doesNotExist();
        }
    }

    @Test
    void schemaHasTheKindsOfThisJar() {
        String schema = JsonSchema.of(Recipe.class, "mine.schema.json", "A recipe", KINDS);
        assertThat(schema)
                .contains("Perceptron.perceptron", "Gains.gains", "Neighbours.neighbours", "PixelTable.pixel-table")
                .contains("SignMomentum.sign-momentum", "InverseRoot.inverse-root");
        assertThat(Kinds.installed().added()).containsExactlyElementsOf(new OutsideKinds().kinds());
    }
}
