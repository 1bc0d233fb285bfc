package dev.weft.results;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.loss.Distillation;
import dev.weft.model.Family;
import dev.weft.pick.TinyRun;
import dev.weft.pick.TinyTextRun;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.Recipes;
import dev.weft.report.RunReport;
import dev.weft.sample.norm.GradientNormSampler;
import dev.weft.sample.norm.TauSchedule;
import dev.weft.train.Trainer;
import dev.weft.weight.Sharing;
import dev.weft.weight.encoding.MemberEncoding;
import dev.weft.weight.experts.ExpertStart;
import dev.weft.weight.experts.Experts;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunReportsTest {
    @TempDir
    Path folder;

    @Test
    void whatASamplerDrewIsReportedByChoice() {
        Path run = folder.resolve("run");
        Recipe recipe =
                Recipes.read(TinyRun.recipe(folder.resolve("tiny.yaml"), TinyRun.data(folder.resolve("data")), 2)
                        .toString());
        GradientNormSampler sampler = new GradientNormSampler(
                new GradientNormSampler.Paths(
                        GradientNormSampler.Scope.EACH_CHOICE, null, null, new TauSchedule.Constant(0.9), 0),
                new GradientNormSampler.Data(null, null, 0),
                null,
                null);
        try (Trainer trainer = Trainer.start(
                recipe.with(recipe.data(), recipe.train().with(sampler, new Distillation.None())), run, 1)) {
            trainer.run(() -> false, List.of());
        }
        RunReport report = RunReports.of(run);
        assertThat(report.sampled())
                .extracting(RunReport.BlendedChoice::name)
                .containsExactlyElementsOf(report.space().choices().stream()
                        .map(RunReport.Choice::name)
                        .toList());
        RunReport.BlendedChoice width = report.sampled().stream()
                .filter(choice -> choice.name().equals("stem.width"))
                .findFirst()
                .orElseThrow();
        assertThat(width.options()).containsExactly("4", "8");
        assertThat(width.history()).hasSize(2).allSatisfy(parts -> assertThat(
                        parts.parts().get(0) + parts.parts().get(1))
                .isCloseTo(1, org.assertj.core.api.Assertions.within(1e-6)));
        assertThat(report.curves())
                .extracting(RunReport.Curve::metric)
                .contains("pathEntropy", "distinctExamples")
                .noneMatch(metric -> metric.contains("="));
        assertThat(report.blends()).isEmpty();
    }

    @Test
    void expertsOfAFinishedRunAreReported() {
        Path run = folder.resolve("run");
        Recipe plain = Recipes.read(
                TinyTextRun.recipe(folder.resolve("tiny.yaml"), TinyTextRun.text(folder.resolve("text.txt"), 1), 1)
                        .toString());
        Sharing experts = new Experts(
                "mlp",
                2,
                Experts.Granularity.LAYER,
                null,
                8,
                2,
                new MemberEncoding.Scaled(),
                false,
                new ExpertStart.Independent(),
                false);
        Recipe routed = new Recipe(
                plain.name(), plain.description(), plain.model(), List.of(experts), null, plain.data(), plain.train());
        try (Trainer trainer = Trainer.start(routed, run, 1)) {
            assertThat(RunReports.of(run).routing()).isNull(); // no family yet
            trainer.run(() -> false, List.of());
        }

        RunReport.Routing routing = RunReports.of(run).routing();
        assertThat(routing.weights())
                .hasSize(2 * 3)
                .allSatisfy(
                        weight -> { // SwiGLU has three matrices
                            assertThat(weight.name()).contains("mlp");
                            assertThat(weight.meanMixing()).hasSize(2);
                            assertThat(weight.mixingVariance()).isPositive();
                        });
        try (Family family = Family.open(run.resolve("family.safetensors"))) {
            long stored = family.weights().tensors().values().stream()
                    .mapToLong(tensor -> tensor.numel())
                    .sum();
            assertThat(routing.trainingParameters()).isEqualTo(stored);
        }
        assertThat(routing.deployedParameters()).isLessThan(routing.trainingParameters());
        assertThat(routing.members()).isBetween(3, 102);
    }
}
