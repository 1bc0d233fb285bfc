package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.cost.LatencyTable;
import dev.weft.model.ModelDefinition;
import dev.weft.pick.TinyRun;
import dev.weft.recipe.Recipes;
import dev.weft.report.PageText;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cell space on the command line: members as the benchmark writes them, and its tables as metrics. */
class CellCommandsTest {
    private static final String CELL = "|nor_conv_1x1~0|+|none~0|skip_connect~1|";

    @TempDir
    static Path folder;

    private static Path recipe;
    private static Path run;
    private static Space space;
    private static Path names;
    private static Path millis;

    @BeforeAll
    static void train() throws IOException {
        recipe = TinyRun.recipe(folder.resolve("tiny.yaml"), TinyRun.data(folder.resolve("data")), 2);
        String text = Files.readString(recipe);
        String cells = """
                model:
                  kind: cell-network
                  resolution: 8
                  channels: 4
                  stages: 2
                  cellsPerStage: 1
                  edges: [[none, skip_connect, nor_conv_1x1], [none, nor_conv_1x1], [none, skip_connect, nor_conv_1x1]]
                  bias: true
                  affine: nowhere
                  connected: true
                """;
        int model = text.indexOf("model:");
        int data = text.indexOf("data:");
        Files.writeString(
                recipe,
                (text.substring(0, model) + cells + text.substring(data))
                        .replace("{kind: sandwich, random: 1}", "{kind: single-path, members: 1}")
                        .replace("{kind: in-place}", "{kind: none}"));
        run = folder.resolve("run");
        Run trained = Run.weft("train", recipe.toString(), "--out", run.toString(), "--seed", "1");
        assertThat(trained.exitCode()).as(trained.err()).isZero();
        ModelDefinition definition = Recipes.read(recipe.toString()).model();
        space = definition.space();
        StringBuilder first = new StringBuilder("index,arch,top1\n");
        StringBuilder second = new StringBuilder("index,pixel3\n");
        List<Member> members = space.enumerate(100);
        for (int i = 0; i < members.size(); i++) {
            Member member = members.get(i);
            long convolutions = member.options().values().stream()
                    .filter("nor_conv_1x1"::equals)
                    .count();
            first.append(i + "," + space.print(member) + "," + (60 + 5 * convolutions) + "\n");
            second.append(i + "," + (1 + convolutions) + "\n");
        }
        names = Files.writeString(folder.resolve("accuracy.csv"), first);
        millis = Files.writeString(folder.resolve("latency.csv"), second);
    }

    @Test
    void membersAreShownAndReadAsTheBenchmarkWritesThem() {
        Run evaluated = Run.weft("evaluate", run.toString(), "--member", CELL, "--json");
        assertThat(evaluated.exitCode()).as(evaluated.err()).isZero();
        assertThat(evaluated.json().get("member").asText()).isEqualTo(CELL);
        Run inspected = Run.weft("inspect", run.toString());
        assertThat(inspected.out())
                .contains("space cell-network: 13 members")
                .contains("largest      |nor_conv_1x1~0|+|nor_conv_1x1~0|nor_conv_1x1~1|");
        Run measured = Run.weft("measure", run.toString(), "--member", CELL, "--json");
        assertThat(measured.exitCode()).as(measured.err()).isZero();
        assertThat(measured.json().get("member").asText()).isEqualTo(CELL);
        Path alone = folder.resolve("alone.safetensors");
        Run extracted = Run.weft("extract", run.toString(), "--member", CELL, "--out", alone.toString(), "--json");
        assertThat(extracted.exitCode()).as(extracted.err()).isZero();
        assertThat(Run.weft("inspect", alone.toString()).out()).contains(CELL);
        Run wrong = Run.weft("evaluate", run.toString(), "--member", "|nor_conv_1x1~0|");
        assertThat(wrong.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(wrong.err()).contains("A cell must be written as |op~0|+|op~0|op~1|");
    }

    @Test
    void publishedLatencyIsABudgetAndPublishedAccuracyAnObjective() throws IOException {
        Run found = Run.weft(
                "search",
                run.toString(),
                "--strategy",
                "random",
                "--candidates",
                "12",
                "--table",
                names.toString(),
                "--table",
                millis.toString(),
                "--column",
                "pixel3,top1",
                "--constraint",
                "pixel3<=2",
                "--objectives",
                "top1:max,pixel3",
                "--json");
        assertThat(found.exitCode()).as(found.err()).isZero();
        JsonNode best = found.json().get("best");
        assertThat(best.get("table").get("pixel3").asDouble()).isEqualTo(2);
        assertThat(best.get("table").get("top1").asDouble()).isEqualTo(65);
        Member member = space.parse(best.get("member").asText());
        assertThat(best.get("member").asText()).isEqualTo(space.print(member)).startsWith("|");
        assertThat(member.options().values().stream().filter("nor_conv_1x1"::equals))
                .hasSize(1);
        Run report = Run.weft("report", run.toString());
        assertThat(report.exitCode()).as(report.err()).isZero();
        PageText.assertPlain(run.resolve("report.html"));
        assertThat(Files.readString(run.resolve("report.html"))).contains(space.print(member));
        Run unknown = Run.weft("search", run.toString(), "--table", names.toString(), "--column", "pixel3");
        assertThat(unknown.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(unknown.err()).contains("Column pixel3 must be in one of the tables");
    }

    @Test
    void latencyTableIsFittedToAPublishedColumn() {
        Path out = folder.resolve("pixel3.yaml");
        Run done = Run.weft(
                "latency-table",
                recipe.toString(),
                "--members",
                "13",
                "--table",
                names.toString(),
                "--table",
                millis.toString(),
                "--column",
                "pixel3",
                "--out",
                out.toString(),
                "--json");
        assertThat(done.exitCode()).as(done.err()).isZero();
        // a millisecond a convolution is a sum, so the fit is exact
        assertThat(done.json().get("heldOutMaxErrorMillis").asDouble()).isLessThan(1e-9);
        assertThat(done.json().get("hardware").asText()).isEqualTo("pixel3");
        assertThat(LatencyTable.read(out, space).exact(space.largest()))
                .isCloseTo(4, org.assertj.core.api.Assertions.within(1e-9));
    }
}
