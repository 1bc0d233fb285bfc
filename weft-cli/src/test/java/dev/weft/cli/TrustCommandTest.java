package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
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
        String truth = file("truth.csv", "arch,test\nf,0.94\ne,0.95\nd,0.91\nc,0.80\nb,0.85\na,0.10\n");
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
                .contains("Among all 6 members scores rank better than chance: τ 0.73")
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
}
