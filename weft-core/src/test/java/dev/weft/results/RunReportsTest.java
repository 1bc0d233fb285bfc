package dev.weft.results;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.io.Kinds;
import dev.weft.loss.Distillation;
import dev.weft.model.Family;
import dev.weft.pick.TinyRun;
import dev.weft.pick.TinyTextRun;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.Recipes;
import dev.weft.report.ReportWriter;
import dev.weft.report.RunReport;
import dev.weft.sample.level.CostLevelSampler;
import dev.weft.sample.level.LevelDistribution;
import dev.weft.sample.level.LevelMembers;
import dev.weft.sample.norm.GradientNormSampler;
import dev.weft.sample.norm.TauSchedule;
import dev.weft.train.Trainer;
import dev.weft.weight.Sharing;
import dev.weft.weight.encoding.MemberEncoding;
import dev.weft.weight.experts.ExpertStart;
import dev.weft.weight.experts.Experts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
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
        assertThat(report.training().sampled())
                .extracting(RunReport.BlendedChoice::name)
                .containsExactlyElementsOf(report.space().choices().stream()
                        .map(RunReport.Choice::name)
                        .toList());
        RunReport.BlendedChoice width = report.training().sampled().stream()
                .filter(choice -> choice.name().equals("stem.width"))
                .findFirst()
                .orElseThrow();
        assertThat(width.options()).containsExactly("4", "8");
        assertThat(width.history()).hasSize(2).allSatisfy(parts -> assertThat(
                        parts.parts().get(0) + parts.parts().get(1))
                .isCloseTo(1, org.assertj.core.api.Assertions.within(1e-6)));
        assertThat(report.training().curves())
                .extracting(RunReport.Curve::metric)
                .contains("pathEntropy", "distinctExamples")
                .noneMatch(metric -> metric.contains("="));
        assertThat(report.training().blends()).isEmpty();
        assertThat(report.training().noted()).isEmpty();
    }

    /** Which numbers belong together is what the sampler says of them, and no reader takes their names apart. */
    @Test
    void numbersOfCostLevelsAreATableWithNamedColumns() throws Exception {
        Path run = folder.resolve("run");
        Recipe recipe =
                Recipes.read(TinyRun.recipe(folder.resolve("tiny.yaml"), TinyRun.data(folder.resolve("data")), 2)
                        .toString());
        CostLevelSampler sampler = new CostLevelSampler(
                "macs",
                new CostLevelSampler.Levels(3, null),
                new LevelDistribution.Uniform(),
                new LevelMembers.Rejection(1000),
                1);
        try (Trainer trainer = Trainer.start(
                recipe.with(recipe.data(), recipe.train().with(sampler, new Distillation.None())), run, 1)) {
            trainer.run(() -> false, List.of());
        }
        RunReport report = RunReports.of(run);
        RunReport.NotedTable levels = report.training().noted().get(0);
        assertThat(report.training().noted()).hasSize(1);
        assertThat(levels.name()).isEqualTo("cost level");
        assertThat(levels.rows()).containsExactly("1", "2", "3");
        assertThat(levels.columns())
                .extracting(RunReport.NotedColumn::name)
                .containsExactly("probability", "trained", "hits", "distinct");
        assertThat(levels.columns().get(1).unit()).isEqualTo("members");
        try (Trainer trainer = Trainer.resume(run)) {
            assertThat(levels.columns().get(1).values().stream()
                            .mapToDouble(trained -> trained)
                            .sum())
                    .isEqualTo(trainer.steps());
        }
        assertThat(report.training().sampled()).hasSize(1).allSatisfy(level -> assertThat(level.options())
                .containsExactly("1", "2", "3"));
        assertThat(report.training().curves())
                .extracting(RunReport.Curve::metric)
                .contains("hits", "outside")
                .doesNotContain("level1.trained");
        assertThat(RunMetrics.of(run, Kinds.builtIn()).stepsCsv())
                .containsPattern("sampler,level2.trained,[0-9]+,[^,]+,[^,]+,cost level,2,trained,members\n");
        ReportWriter.write(report, folder.resolve("page.html"));
        assertThat(Files.readString(folder.resolve("page.html")))
                .contains("What the sampler noted", "<th scope=\"col\">trained, members</th>");
    }

    /** A table of numbers without a table of notes, as earlier versions left it. */
    @Test
    void runOfAnEarlierVersionIsOpenedWithARemark() throws Exception {
        Path run = folder.resolve("run");
        Recipe recipe =
                Recipes.read(TinyRun.recipe(folder.resolve("tiny.yaml"), TinyRun.data(folder.resolve("data")), 1)
                        .toString());
        try (Trainer trainer = Trainer.start(recipe, run, 1)) {
            trainer.run(() -> false, List.of());
            trainer.folder().database().metric(4, Trainer.SAMPLER, "stem.width=8", 0.5, 1);
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + run.resolve("run.db"));
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE notes");
            statement.execute("PRAGMA user_version = 1");
        }
        RunReport report = RunReports.of(run);
        assertThat(report.training().curves())
                .isNotEmpty()
                .extracting(RunReport.Curve::metric)
                .doesNotContain("stem.width=8");
        assertThat(report.provenance().notes().get(0)).startsWith("The run was begun by an earlier version of Weft");
        assertThat(RunMetrics.of(run, Kinds.builtIn()).stepsCsv()).contains("stem.width=8");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + run.resolve("run.db"));
                Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM metrics WHERE role = '" + Trainer.SAMPLER + "'");
        }
        assertThat(RunReports.of(run).provenance().notes())
                .as("a run whose sampler noted nothing has nothing that is not drawn")
                .noneMatch(note -> note.startsWith("The run was begun by an earlier version of Weft"));
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
            assertThat(RunReports.of(run).training().routing()).isNull(); // no family yet
            trainer.run(() -> false, List.of());
        }

        RunReport.Routing routing = RunReports.of(run).training().routing();
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
