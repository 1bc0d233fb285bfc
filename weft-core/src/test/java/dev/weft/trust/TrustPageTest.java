package dev.weft.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustPageTest {
    @TempDir
    Path folder;

    /** Members of a toy. */
    private static Ranking toy(int members, int trainings) {
        SplittableRandom random = new SplittableRandom(1);
        List<String> names = new ArrayList<>();
        List<Double> scores = new ArrayList<>();
        List<List<Double>> truths = new ArrayList<>();
        for (int i = 0; i < members; i++) {
            double quality = Math.round(8 * random.nextDouble()) / 8.0;
            names.add("width=" + i + ",kind=<a>");
            scores.add(quality + 0.25 * random.nextInt(3));
            truths.add(IntStream.range(0, trainings)
                    .mapToObj(t -> 80 + 8 * quality + 0.5 * random.nextInt(4))
                    .toList());
        }
        return new Ranking(names, scores, truths);
    }

    private String page(Ranking ranking) throws IOException {
        TrustDocument document = new TrustDocument(
                Map.of("scores", "a < b"), ranking.unit(), TrustReport.of(ranking, RankSettings.of(0)));
        Path file = folder.resolve("trust.html");
        TrustPage.write(document, ranking, "2026-01-02", List.of("weft trust --scores 'a b'"), file);
        return Files.readString(file);
    }

    private static long count(String html, String pattern) {
        return Pattern.compile(pattern).matcher(html).results().count();
    }

    @Test
    void showsConclusionsEveryPartAndAllPictures() throws IOException {
        Ranking ranking = toy(60, 3);
        String html = page(ranking);
        TrustReport report = TrustReport.of(ranking, RankSettings.of(0));
        assertThat(html).contains(report.conclusions()).contains("Best half", "Best tenth", "a &lt; b");
        report.parts().forEach(part -> assertThat(html).contains(part.sentence()));
        assertThat(count(html, "<figure class=\"plot\">")).isEqualTo(3);
        assertThat(count(html, "<title>width=\\d+,kind=&lt;a&gt;</title>"))
                .isEqualTo(60 + ranking.best(0.5).size());
        assertThat(count(html, "class=\"bar c")).isGreaterThan(40);
        assertThat(count(html, "class=\"band c"))
                .as("of scores and of the floor")
                .isEqualTo(2);
        assertThat(html).doesNotContain("NaN").doesNotContain("kind=<a>");
    }

    @Test
    void baselinesHaveATableOfTheirOwnWhereTheyAreKnown() throws IOException {
        Ranking ranking = toy(60, 2);
        assertThat(page(ranking)).doesNotContain("Without any training");
        List<Double> params = IntStream.range(0, 60).mapToObj(i -> 100.0 + i).toList();
        Ranking beside = ranking.with(List.of(new Baseline(Baseline.PARAMS, params)));
        TrustReport report = TrustReport.of(beside, RankSettings.of(0));
        assertThat(page(beside))
                .contains("Without any training")
                .contains("<span class=\"name\">Parameters</span>")
                .contains(report.conclusions());
    }

    @Test
    void fewMembersWithOneTrainingHaveAPageWithoutNumbersThatAreNotThere() throws IOException {
        String html = page(toy(4, 1));
        assertThat(html).contains("too few members").doesNotContain("NaN").doesNotContain("class=\"bar c");
        assertThat(count(html, "<figure class=\"plot\">")).isEqualTo(1);
    }

    @Test
    void whereAllTieThereIsAPage() throws IOException {
        Ranking toy = toy(30, 1);
        Ranking tied =
                new Ranking(toy.members(), toy.members().stream().map(m -> 1.0).toList(), toy.trainings());
        assertThat(page(tied)).contains("There is no order to judge.").doesNotContain("NaN");
    }

    @Test
    void aCloudOfManyIsThinned() throws IOException {
        assertThat(count(page(toy(4000, 1)), "<title>width")).isBetween(3000L, 3001L); // of all, and of the best half
    }
}
