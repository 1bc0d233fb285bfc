package dev.weft.tree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.recipe.SplitSettings.Restart;
import dev.weft.step.StepReport;
import dev.weft.train.TinyTraining;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A tree killed at random moments of training, probes and splits, in processes of their own. */
class KilledTreeTest {
    private static final int KILLS = 6;
    private static final int MAX_LINES = 14;

    @TempDir
    Path temporary;

    @ParameterizedTest
    @EnumSource(
            value = Restart.class,
            names = {"NONE", "FINAL"})
    void treeKilledAtRandomMomentsEndsAsOneThatNeverStopped(Restart restart) throws Exception {
        TreeFixture settings = new TreeFixture();
        settings.restart = restart;
        settings.checkpointEverySteps = 2;
        settings.rounds = List.of(1, 3);
        settings.epochs = 6;
        Path data = TinyTraining.data(temporary.resolve("data"));
        Path straight = temporary.resolve("straight");
        try (TreeTrainer trainer = TreeTrainer.start(settings.recipe(data), straight, 4)) {
            assertThat(trainer.run(() -> false, new TreeListener() {})).isTrue();
        }
        Path run = temporary.resolve("run");
        TreeTrainer.start(settings.recipe(data), run, 4).close();
        SplittableRandom random = new SplittableRandom(11);
        List<String> last = new ArrayList<>();
        List<String> finished = new ArrayList<>();
        for (int kill = 0; kill < KILLS; kill++) {
            Process process = child(run);
            try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                String line = "";
                int lines = random.nextInt(MAX_LINES);
                for (int i = 0; i <= lines && line != null; i++) {
                    line = next(out);
                    if (line != null && !line.startsWith("step ")) {
                        finished.add(line);
                    }
                }
                last.add(line);
                TimeUnit.MILLISECONDS.sleep(random.nextLong(10));
                process.destroyForcibly().waitFor();
            }
        }
        System.out.println("KilledTreeTest: killed after " + last);
        assertThat(last).doesNotContain("done");
        try (TreeTrainer trainer = TreeTrainer.resume(run)) {
            assertThat(trainer.run(() -> false, new TreeListener() {
                        @Override
                        public void probed(String node, TreeRecord.Probe probe) {
                            finished.add("probe " + node + " " + probe.choice());
                        }

                        @Override
                        public void split(String node, TreeRecord.Split split) {
                            finished.add("split " + node);
                        }
                    }))
                    .isTrue();
        }
        assertThat(finished).doesNotHaveDuplicates();
        TreeRecord expected = TreeRecord.of(straight).orElseThrow();
        TreeRecord found = TreeRecord.of(run).orElseThrow();
        assertThat(found.nodes())
                .extracting(TreeRecord.Node::split)
                .isEqualTo(expected.nodes().stream().map(TreeRecord.Node::split).toList());
        assertThat(found.nodes())
                .extracting(node ->
                        node.probes().stream().map(TreeRecord.Probe::distances).toList())
                .isEqualTo(expected.nodes().stream()
                        .map(node -> node.probes().stream()
                                .map(TreeRecord.Probe::distances)
                                .toList())
                        .toList());
        assertThat(Files.readAllBytes(run.resolve("family.safetensors")))
                .isEqualTo(Files.readAllBytes(straight.resolve("family.safetensors")));
    }

    private static String next(BufferedReader out) throws IOException {
        String line = out.readLine();
        while (line != null && !line.startsWith("> ")) {
            line = out.readLine();
        }
        return line == null ? null : line.substring(2);
    }

    private static Process child(Path run) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:-UsePerfData",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        KilledTreeTest.class.getName(),
                        run.toString())
                .redirectErrorStream(true)
                .start();
    }

    /** The process that is killed: goes on with a tree. */
    public static void main(String[] args) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try (TreeTrainer trainer = TreeTrainer.resume(Path.of(args[0]))) {
            trainer.run(() -> false, new TreeListener() {
                @Override
                public void stepDone(String node, long done, long planned, StepReport report) {
                    out.println("> step " + node + " " + report.step());
                }

                @Override
                public void probed(String node, TreeRecord.Probe probe) {
                    out.println("> probe " + node + " " + probe.choice());
                }

                @Override
                public void split(String node, TreeRecord.Split split) {
                    out.println("> split " + node);
                }
            });
            out.println("> done");
        }
    }
}
