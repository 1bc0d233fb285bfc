package dev.weft.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiagnosisPageTest {
    @TempDir
    Path folder;

    private static DiagnosisReport report(List<DiagnosisReport.Suggestion> suggestions) {
        List<String> many = IntStream.range(0, 12)
                .mapToObj(i -> "blocks." + i + ".conv_exp")
                .toList();
        return new DiagnosisReport(
                "Noise & conflicts",
                "2026-01-02",
                List.of("A step's gradient is noisy."),
                suggestions,
                List.of(new FigureGroup(
                        "Where members conflict",
                        "Red hurts.",
                        List.of(
                                new Figure.HeatMap(
                                        "Layers",
                                        "",
                                        many,
                                        many,
                                        many.stream()
                                                .map(r -> many.stream()
                                                        .map(c -> -0.5)
                                                        .toList())
                                                .toList(),
                                        0,
                                        1,
                                        2,
                                        true),
                                new Figure.HeatMap(
                                        "Options",
                                        "",
                                        List.of("a"),
                                        List.of("a", "b", "c", "d"),
                                        List.of(Arrays.asList(null, -0.9, 0.1, 0.9)),
                                        0,
                                        1,
                                        2,
                                        true),
                                new Figure.Bars(
                                        "Share",
                                        "",
                                        "%",
                                        1,
                                        List.of(new Figure.Bar("stem", 25), new Figure.Bar("head", 50)))))),
                List.of(new Fact("m3", "width=4")),
                List.of(new Fact("Seed", "1")),
                List.of("weft diagnose run"),
                List.of("It is of these weights."));
    }

    @Test
    void showsSuggestionsAndPicturesOnPhoneAndWideScreen() {
        Path page = ReportWriter.write(
                report(List.of(new DiagnosisReport.Suggestion(
                        "train.accumulate", "4", "The variance is 80 times the squared mean.", "over 20"))),
                folder.resolve("diagnose.html"));
        try (Browser browser = new Browser()) {
            for (int width : new int[] {360, 800, 1280}) {
                browser.open(page, width, 900, width == 800);
                browser.assertFitsInto(width);
                assertThat(browser.text(".suggestions"))
                        .contains("train.accumulate", "80 times the squared mean", "Rule: over 20");
                assertThat((Long) browser.eval("document.querySelector('.suggestions code').offsetWidth"))
                        .as("room for the key on one line")
                        .isGreaterThan(120);
                assertThat(browser.text("h1")).isEqualTo("Noise & conflicts");
            }
            assertThat(browser.eval(
                            "[...document.querySelectorAll('.heat')[1].querySelectorAll('td')].map(d => d.className)"
                                    + ".join('|')"))
                    .isEqualTo("|none|below||");
            assertThat(browser.eval("[...document.querySelectorAll('.bar i')].map(i => i.style.width).join(' ')"))
                    .isEqualTo("50% 100%");
            browser.assertNoComplaints();
            browser.assertNoRequests();
        }
    }

    @Test
    void saysSoWhereThereIsNothingToChange() {
        assertThat(new DiagnosisPage(report(List.of())).html())
                .contains("Nothing to change")
                .doesNotContain("<ul class=\"suggestions");
    }

    @Test
    void refusesBarsThatHaveNoLength() {
        assertThatThrownBy(() -> new Figure.Bars("t", "", "", 1, List.of(new Figure.Bar("a", -1))))
                .hasMessageContaining("not negative");
    }
}
