package dev.weft.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.Csv;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustDocumentTest {
    private static final Path GOLDEN = Path.of("src/test/resources/dev/weft/trust/trust.json");

    @TempDir
    Path folder;

    private static TrustDocument toy() {
        StringBuilder scores = new StringBuilder("member,score\n");
        StringBuilder truth = new StringBuilder("member,score,score2\n");
        for (int i = 0; i < 24; i++) {
            scores.append("cell").append(i).append(',').append(i / 3).append('\n');
            truth.append(String.format("cell%d,0.%02d,0.%02d%n", i, 40 + i * 7 % 24 + i, 41 + i * 5 % 24 + i));
        }
        Ranking ranking = ScoreTable.rank(
                ScoreTable.of(Csv.parse(scores.toString(), Path.of("s.csv")), "member", "score"),
                ScoreTable.of(Csv.parse(truth.toString(), Path.of("t.csv")), "member", "score"),
                false);
        Map<String, String> source = new LinkedHashMap<>();
        source.put("scores", "s.csv, column score");
        source.put("truth", "t.csv, column score");
        List<Double> params = ranking.members().stream()
                .map(member -> 1000.0 + 10 * member.hashCode() % 70)
                .toList();
        Ranking beside = ranking.inPoints().with(List.of(new Baseline(Baseline.PARAMS, params)));
        return new TrustDocument(source, "points", TrustReport.of(beside, RankSettings.of(3)));
    }

    /** When it differs on purpose: run this test once with the environment variable WEFT_WRITE_GOLDEN=1, and read what changed. */
    @Test
    void aToyIsReportedAsBefore() throws IOException {
        Path written = folder.resolve("trust.json");
        toy().write(written);
        if (System.getenv("WEFT_WRITE_GOLDEN") != null) {
            Files.copy(written, GOLDEN, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        assertThat(written).hasSameTextualContentAs(GOLDEN);
    }

    @Test
    void everyKindOfNumberIsExplained() {
        assertThat(toy().direction()).isEqualTo("maximise");
        assertThat(toy().numbers())
                .containsKeys("value", "low, high", "tau", "spearman", "regrets.loss", "floor.tau", "baselines", "gap")
                .hasEntrySatisfying(
                        "low, high", text -> assertThat(text).contains("95.0 % of 1000 bootstrap resamples"))
                .hasEntrySatisfying("regrets.loss", text -> assertThat(text).contains("in points", "0 is best"));
    }

    @Test
    void membersOfFilesAreNotInTheDocument() {
        assertThatThrownBy(() -> toy().ranking()).isInstanceOf(IllegalStateException.class);
    }
}
