package dev.weft.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.architecture.ArchitectureSettings;
import dev.weft.architecture.CostTerm;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.io.Kinds;
import dev.weft.loss.Distillation;
import dev.weft.loss.Role;
import dev.weft.model.ImageInput;
import dev.weft.optim.Clipping;
import dev.weft.optim.Optimizer;
import dev.weft.optim.ParameterGroup;
import dev.weft.recipe.DataSettings;
import dev.weft.recipe.Recipe;
import dev.weft.sample.Sampler;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class DryRunTest {
    private static final ImageInput INPUT = TinyTraining.boundModel().input();

    @Test
    void runsOneStepAndEvaluatesEveryMemberOfIt() {
        TinyTraining.Settings settings = TinyTraining.settings();
        settings.clipping = new Clipping(Clipping.By.NORM, 5);
        DryRun.Result result = DryRun.run(recipe(settings), INPUT, 4, 1, Kinds.builtIn());
        assertThat(result.recipe()).isEqualTo("tiny");
        assertThat(result.batchSize()).isEqualTo(4);
        assertThat(result.members())
                .extracting(DryRun.MemberResult::role)
                .containsExactly(Role.LARGEST, Role.SMALLEST, Role.RANDOM, Role.RANDOM);
        DryRun.MemberResult largest = result.members().get(0);
        assertThat(largest.params()).isEqualTo(result.params());
        assertThat(largest.member()).contains("stage2.kernel=5");
        assertThat(result.members()).allSatisfy(member -> {
            assertThat(member.params()).isBetween(100L, result.params());
            assertThat(member.loss()).isBetween(0.0, 100.0);
            assertThat(member.trainSeconds()).isPositive();
            assertThat(member.evaluateSeconds()).isPositive();
        });
        assertThat(result.updateSeconds()).isPositive();
        if (java.nio.file.Files.exists(Path.of("/proc/self/status"))) {
            assertThat(result.peakMemoryBytes()).isGreaterThan(10_000_000);
        }
        assertThat(Json.write(result)).contains("\"trainSeconds\"");
    }

    @Test
    void blendTakesAStepOfItsLogitsAndOneOfItsWeights() {
        TinyTraining.Settings settings = TinyTraining.settings();
        settings.sampler = new Sampler.Blend();
        settings.distillation = new Distillation.None();
        settings.architecture = new ArchitectureSettings(
                0.5,
                new Optimizer.Adam(0.01, 0.5, 0.999, 1e-8, 0),
                null,
                ArchitectureSettings.Order.SECOND,
                null,
                new CostTerm("macs", 1, null, null),
                0);
        Recipe recipe = new Recipe(
                "tiny",
                "",
                TinyTraining.model(),
                TinyTraining.blended(new dev.weft.weight.blend.SimplexMap.Dirichlet()),
                null,
                TinyTraining.dataSettings(Path.of("no-data")),
                settings.build());
        DryRun.Result result = DryRun.run(recipe, INPUT, 2, 1, Kinds.builtIn());
        assertThat(result.members()).extracting(DryRun.MemberResult::role).containsExactly(Role.BLEND);
        assertThat(result.architecture().loss()).isFinite();
        long largest = DryRun.run(recipe(TinyTraining.settings()), INPUT, 2, 1, Kinds.builtIn())
                .params();
        assertThat(result.params()).isEqualTo(largest + result.architecture().logits());
    }

    @Test
    void needsNoTeacherFile() {
        TinyTraining.Settings settings = TinyTraining.settings();
        settings.distillation = new Distillation.Teacher("not-there.safetensors", "largest");
        settings.runningStatistics = true;
        assertThat(DryRun.run(recipe(settings), INPUT, 2, 1, Kinds.builtIn()).members())
                .hasSize(4);
    }

    @Test
    void inputIsMadeOfWhatTheRecipeSays() {
        Recipe recipe = recipe(TinyTraining.settings());
        assertThatThrownBy(recipe::standIn)
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must have data.imageSize")
                .hasMessageContaining("Recipe \"tiny\"");
        DataSettings sized = DataSettings.Images.builder("x")
                .selectionSize(1)
                .batchSize(4096)
                .imageSize(32)
                .build();
        ImageInput input = (ImageInput) sized.standIn();
        assertThat(input.size()).isEqualTo(32);
        assertThat(input.channels()).isEqualTo(3);
        assertThat(input.classes()).hasSize(1000).startsWith("class0");
    }

    @Test
    void recipeThatCannotTrainIsRefused() {
        TinyTraining.Settings settings = TinyTraining.settings();
        settings.groups = List.of(new ParameterGroup("nothing", 1, 1));
        assertThatThrownBy(() -> DryRun.run(recipe(settings), INPUT, 2, 1, Kinds.builtIn()))
                .isInstanceOf(InputException.class);
        assertThatThrownBy(() -> DryRun.run(recipe(TinyTraining.settings()), INPUT, 1, 1, Kinds.builtIn()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("batch size >= 2");
    }

    private static Recipe recipe(TinyTraining.Settings settings) {
        return TinyTraining.recipe(Path.of("no-data"), settings.build());
    }
}
