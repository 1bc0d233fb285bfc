package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.report.PageText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustCommandTest {
    @TempDir
    Path folder;

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    @Test
    void comparesTwoFilesFromAnywhere() throws IOException {
        String scores = file("my scores.csv", "arch,val\na,1\nb,2\nc,3\nd,4\ne,5\nf,6\n");
        String truth = file("truth.csv", "arch,test\nf,0.94\ne,0.95\nd,0.91\nc,0.85\nb,0.80\na,0.10\n");
        Path out = folder.resolve("out");
        Run run = Run.weft(
                "trust",
                "--scores",
                scores,
                "--truth",
                truth,
                "--member-column",
                "arch",
                "--score-column",
                "val",
                "--truth-column",
                "test",
                "--out",
                out.toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("The member with the highest score falls 1.00 points")
                .contains("Among all 6 members scores rank better than chance: τ 0.87")
                .contains("In the best tenth (1 member) there are too few")
                .contains("No noise floor is known");
        assertThat(out.resolve("trust.json")).exists();
    }

    @Test
    void jsonIsTheReport() throws IOException {
        String scores = file("s.csv", "member,score\na,1\nb,2\nc,2\nd,3\n");
        String truth = file("t.csv", "member,score\na,1\nb,2\nc,3\nd,3\n");
        JsonNode json = Run.weft("trust", "--scores", scores, "--truth", truth, "--seed", "7", "--json")
                .json();
        JsonNode all = json.get("report").get("parts").get(0);
        assertThat(all.get("quality").get("tau").get("value").asDouble()).isEqualTo(0.8);
        assertThat(all.get("verdict").asText()).isEqualTo("too-few");
        assertThat(json.get("report")
                        .get("settings")
                        .get("bootstrap")
                        .get("seed")
                        .asLong())
                .isEqualTo(7);
    }

    @Test
    void columnsOfEitherTableAreBaselines() throws IOException {
        StringBuilder scores = new StringBuilder("member,score,flops\n");
        StringBuilder truth = new StringBuilder("member,params,score\n");
        for (int i = 0; i < 20; i++) {
            scores.append("m")
                    .append(i)
                    .append(',')
                    .append(i)
                    .append(',')
                    .append(i * 7 % 20)
                    .append('\n');
            truth.append("m")
                    .append(i)
                    .append(',')
                    .append(100 + 19 - i)
                    .append(',')
                    .append(i)
                    .append('\n');
        }
        String one = file("s.csv", scores.toString());
        String two = file("t.csv", truth.toString());
        Run text = Run.weft("trust", "--scores", one, "--truth", two);
        assertThat(text.out())
                .contains("Without any training the members are ranked by parameters with τ −1.00")
                .contains("Among members of nearly equal parameters (4 groups")
                .containsPattern("parameters +−1.00");
        JsonNode json = Run.weft("trust", "--scores", one, "--truth", two, "--baselines", "flops,params", "--json")
                .json();
        JsonNode report = json.get("report");
        assertThat(report.get("stratified").get("groups").asInt()).isEqualTo(4);
        JsonNode beside = report.get("parts").get(0).get("baselines");
        assertThat(beside.findValuesAsText("name")).containsExactly("flops", "params");
        assertThat(beside.get(1).get("difference").get("value").asDouble()).isEqualTo(2);
        Run missing = Run.weft("trust", "--scores", one, "--truth", two, "--baselines", "synflow");
        assertThat(missing.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(missing.err()).contains("--baselines must name columns of ", "but neither has \"synflow\".");
    }

    @Test
    void filesThatDoNotFitAreRefusedInOneLine() throws IOException {
        String good = file("good.csv", "member,score\na,1\nb,2\nc,3\n");
        refused(
                good,
                file("other.csv", "member,score\na,1\nb,2\nz,3\n"),
                "1 is only in",
                "other.csv (z), and 2 are in both");
        refused(good, file("twice.csv", "member,score\na,1\nb,2\nb,3\n"), "twice.csv, line 4: every member");
        refused(good, file("text.csv", "member,score\na,1\nb,high\nc,3\n"), "text.csv, line 3", "\"high\"");
        refused(good, file("nan.csv", "member,score\na,1\nb,2\nc,NaN\n"), "nan.csv, line 4", "NaN");
        refused(good, file("missing.csv", "member,score\na,\nb,2\nc,3\n"), "missing.csv, line 2", "missing");
        refused(good, file("column.csv", "member,scores\na,1\n"), "must have a column \"score\"", "\"scores\"?");
        String two = file("two.csv", "member,score\na,1\nb,2\n");
        refused(two, two, "must share three members or more");
        Run common = Run.weft(
                "trust",
                "--scores",
                good,
                "--truth",
                folder.resolve("other.csv").toString(),
                "--common");
        assertThat(common.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(common.err()).contains("must share three members or more");
    }

    private void refused(String scores, String truth, String... parts) {
        Run run = Run.weft("trust", "--scores", scores, "--truth", truth);
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines())
                .hasSize(1)
                .first()
                .asString()
                .startsWith("weft: ")
                .contains(parts);
    }

    @Test
    void whereAllTieItIsSaid() throws IOException {
        String scores = file("s.csv", "member,score\na,1\nb,1\nc,1\nd,1\ne,1\n");
        String truth = file("t.csv", "member,score\na,1\nb,2\nc,3\nd,4\ne,50\n");
        Run run = Run.weft("trust", "--scores", scores, "--truth", truth);
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("Among all 5 members all scores are equal: there is no order to compare");
    }

    @Test
    void oneFileAloneIsRefused() throws IOException {
        Run run = Run.weft("trust", "--scores", file("s.csv", "member,score\n"));
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("--truth FILE");
    }

    @Test
    void trainsAnchorsOfARunAndRepeatsNothing() throws IOException {
        Path run = Tiny.run(folder);
        Path out = folder.resolve("my trust");
        String[] command = {
            "trust", run.toString(), "--anchors", "5", "--trainings", "2", "--epochs", "1", "--out", out.toString()
        };
        Run first = Run.weft(command);
        assertThat(first.exitCode()).as(first.err()).isZero();
        assertThat(first.out())
                .contains("Members trained alone are")
                .contains("noise floor τ")
                .contains("gradient norm at initialisation")
                .contains("that takes three trainings");
        PageText.assertPlain(out.resolve("trust.html"));
        assertThat(PageText.of(out.resolve("trust.html"))).contains("--anchors 5", "What training alone adds");
        Path trained = out.resolve("trainings/anchor-001-training-1/family.safetensors");
        var before = Files.getLastModifiedTime(trained);
        Run again = Run.weft(command);
        assertThat(again.out()).isEqualTo(first.out());
        assertThat(Files.getLastModifiedTime(trained)).isEqualTo(before);

        // The tables of one call are the input of others.
        String anchors = out.resolve("anchors.csv").toString();
        Run files =
                Run.weft("trust", "--scores", out.resolve("inherited.csv").toString(), "--truth", anchors, "--json");
        Run known = Run.weft(
                "trust",
                run.toString(),
                "--truth",
                anchors,
                "--out",
                folder.resolve("known").toString(),
                "--json");
        JsonNode all = files.json().get("report").get("parts").get(0);
        assertThat(known.json()
                        .get("report")
                        .get("parts")
                        .get(0)
                        .get("quality")
                        .get("tau")
                        .get("value"))
                .isEqualTo(all.get("quality").get("tau").get("value"));
        assertThat(known.json().get("members")).hasSize(5);
        Run same = Run.weft(
                "trust",
                run.toString(),
                "--members",
                anchors,
                "--epochs",
                "1",
                "--trainings",
                "2",
                "--out",
                out.toString());
        assertThat(same.exitCode()).as(same.err()).isZero();
    }

    @Test
    void whatAFamilyNeedsIsSaidInOneLine() throws IOException {
        String run = Tiny.run(folder).toString();
        String out = folder.resolve("out").toString();
        usage("A family's report must have a folder", "trust", run, "--anchors", "5");
        usage("--anchors K, or --members FILE", "trust", run, "--out", out);
        usage("3 anchors or more to be ranked, but 2 were", "trust", run, "--anchors", "2", "--out", out);
        usage("at most as many anchors as space", "trust", run, "--anchors", "500", "--out", out);
        usage("--anchors must be a number or all, but is \"many\"", "trust", run, "--anchors", "many", "--out", out);
        usage("--scores is for scores from a file", "trust", run, "--scores", "s.csv", "--out", out);
        usage(
                "--statistics must be recalibrated or batch",
                "trust",
                run,
                "--anchors",
                "5",
                "--statistics",
                "bach",
                "--out",
                out);
        usage("\"mac\"", "trust", run, "--anchors", "5", "--cost", "mac", "--out", out);
        String unknown = file("m.csv", "member\nwidth=99\n\"depth=1\"\nx=1\n");
        usage("m.csv: Member \"width=99\"", "trust", run, "--members", unknown, "--out", out);
        usage(
                "--trainings is for training anchors",
                "trust",
                run,
                "--truth",
                unknown,
                "--trainings",
                "2",
                "--out",
                out);
        usage("--anchors is for a family", "trust", "--scores", "s.csv", "--truth", "t.csv", "--anchors", "5");
        assertThat(Path.of(out)).doesNotExist();
        Path alone = Files.copy(Path.of(run, "family.safetensors"), folder.resolve("alone.safetensors"));
        usage("Give a recipe: --recipe RECIPE", "trust", alone.toString(), "--anchors", "5", "--out", out);
    }

    private static void usage(String part, String... command) {
        Run run = Run.weft(command);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err().lines())
                .hasSize(1)
                .first()
                .asString()
                .startsWith("weft: ")
                .contains(part);
    }
}
