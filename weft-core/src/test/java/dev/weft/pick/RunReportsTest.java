package dev.weft.pick;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.model.Family;
import dev.weft.report.RunReport;
import dev.weft.train.Recipe;
import dev.weft.train.Recipes;
import dev.weft.train.Trainer;
import dev.weft.weight.ExpertStart;
import dev.weft.weight.MemberEncoding;
import dev.weft.weight.Sharing;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunReportsTest {
    @TempDir
    Path folder;

    @Test
    void expertsOfAFinishedRunAreReported() {
        Path run = folder.resolve("run");
        Recipe plain = Recipes.read(
                TinyTextRun.recipe(folder.resolve("tiny.yaml"), TinyTextRun.text(folder.resolve("text.txt"), 1), 1)
                        .toString());
        Sharing experts = new Sharing.Experts(
                "mlp",
                2,
                Sharing.Experts.Granularity.LAYER,
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
