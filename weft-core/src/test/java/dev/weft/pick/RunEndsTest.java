package dev.weft.pick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.cost.LatencySettings;
import dev.weft.model.Family;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.onnx.ExportOptions;
import dev.weft.recipe.Recipes;
import dev.weft.run.RunDatabase;
import dev.weft.search.Constraints;
import dev.weft.search.Objective;
import dev.weft.search.RandomSearch;
import dev.weft.space.Member;
import dev.weft.train.Trainer;
import dev.weft.train.TrainingListener;
import dev.weft.weight.Reading;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run whose table is held by another program, and handles that are closed. */
class RunEndsTest {
    @TempDir
    Path folder;

    @Test
    void aHeldTableDoesNotEndTraining() throws Exception {
        Path run = folder.resolve("held");
        Path recipe = TinyRun.recipe(folder.resolve("tiny.yaml"), TinyRun.data(folder.resolve("data")), 2);
        List<String> said = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void warned(String line) {
                said.add(line);
            }
        };
        try (Trainer trainer = Trainer.start(Recipes.read(recipe.toString()), run, 1)) {
            try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + run.resolve("run.db"));
                    Statement statement = other.createStatement()) {
                statement.execute("BEGIN IMMEDIATE");
                assertThat(trainer.run(() -> false, List.of(listener))).isTrue();
            }
            assertThat(said).hasSize(1).first().asString().contains("run.db", "waits in memory");
        }
        assertThat(said).hasSize(1);
        try (Family family = Family.open(run.resolve("family.safetensors"));
                RunDatabase database = RunDatabase.read(run.resolve("run.db"))) {
            assertThat(family.members()).containsKey("largest");
            assertThat(database.metrics().stream()
                            .filter(metric -> metric.name().equals("loss")
                                    && metric.role().equals("largest")))
                    .hasSize(20);
            assertThat(database.events()).extracting("kind").contains("finished");
        }
    }

    private static void saysSo(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalStateException.class).hasMessageContaining("is closed");
    }

    @Test
    void whatIsClosedSaysSo() {
        Path run = TinyRun.train(folder);
        FinishedRun search = FinishedRun.open(run, new LatencySettings(1, 1, 1, 1, 1, 1));
        Family family = search.family();
        Member member = family.space().largest();
        search.close();
        search.close();
        saysSo(() -> search.measured(member));
        List<Objective> objectives = List.of(Objective.of("params"), Objective.of("macs"));
        saysSo(() -> search.search(new RandomSearch(2), objectives, Constraints.NONE, 0));
        saysSo(() -> search.search(new RandomSearch(2), objectives, Tiers.parse("params>=0"), 0));
        saysSo(() -> search.keep(Map.of("x", member)));
        saysSo(() -> search.export("largest", ExportOptions.onnx(folder.resolve("x.onnx"))));
        saysSo(() -> family.save(folder.resolve("x.safetensors")));
        saysSo(family::weights);
        saysSo(() -> family.weightsOf(Reading.of(member)));
        try (MemberStatistics none = MemberStatistics.none();
                Tensor image = torch.zeros(1, 1, 8, 8)) {
            saysSo(() -> family.extract(member, none));
            saysSo(() -> family.forward(image, Pass.evaluation(member, none)));
        }
        Trainer trainer = Trainer.resume(run);
        trainer.close();
        trainer.close();
        saysSo(trainer::run);
        saysSo(() -> trainer.calibrate(member));
        assertThat(folder.resolve("x.onnx")).doesNotExist();
    }
}
