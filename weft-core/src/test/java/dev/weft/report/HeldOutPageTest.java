package dev.weft.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.metric.Metric;
import dev.weft.metric.Metrics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What members do with the report split, and how their cells look, as a reader meets it. */
class HeldOutPageTest {
    @TempDir
    static Path folder;

    private static Browser browser;

    @BeforeAll
    static void start() {
        browser = new Browser();
    }

    @AfterAll
    static void close() {
        if (browser != null) browser.close();
    }

    @Test
    void confusionClassesAndPicturesOfOneMemberAtATime() {
        Path page = ReportWriter.write(Samples.tried(10), folder.resolve("tried.html"));
        for (int width : new int[] {390, 1280}) {
            browser.open(page, width, 900, width == 390);
            browser.assertFitsInto(width);
            assertThat(browser.eval(
                            "[...document.querySelectorAll('.held-out')].map(p => getComputedStyle(p).display)"))
                    .isEqualTo(List.of("block", "none"));
            // 180 of 200: Wilson's interval
            assertThat(browser.text(".held-out h3")).isEqualTo("largest: 90.0 % (85.1 to 93.4 %) of 200 images right");
            assertThat(browser.text(".held-out .confusion")).contains("class 0 90 10 0");
            assertThat(browser.text(".held-out .by-class")).contains("class 9\n90 % of 20");
            assertThat(browser.text(".held-out .examples"))
                    .contains("class 1 70 %", "is class 0 (20 %)")
                    .doesNotContain("100 %");
            assertThat(browser.eval("[...document.querySelectorAll('.held-out:not([hidden]) img')]"
                            + ".filter(i => i.naturalWidth === 1 && i.alt.startsWith('class ')).length"))
                    .isEqualTo(20L);
            browser.click("#held-out-member [data-value='1']");
            assertThat(browser.text("#held-out")).contains("smallest: 60.0 %").doesNotContain("largest: 90.0 %");
        }
        browser.assertNoComplaints();
        browser.assertNoRequests();
    }

    @Test
    void ofManyClassesThoseThatMatterAreListed() {
        browser.open(ReportWriter.write(Samples.tried(1000), folder.resolve("many.html")), 390, 844, false);
        browser.assertFitsInto(390);
        assertThat(browser.eval("document.querySelectorAll('.held-out:not([hidden]) .pairs tbody tr').length"))
                .isEqualTo(15L);
        assertThat(browser.text(".held-out .by-class")).contains("The 10 worst and the 10 best of 1,000");
        assertThat((Long) browser.eval("document.documentElement.scrollHeight")).isLessThan(12_000);
    }

    @Test
    void picturesAreLeftOutBeforeThePageGrowsTooLarge() throws Exception {
        RunReport small = Samples.tried(10);
        String large = "A".repeat(50_000);
        List<RunReport.HeldOut> heldOut = IntStream.range(0, 6)
                .mapToObj(i -> new RunReport.HeldOut(
                        "m" + i,
                        new HeldOutResult(
                                "width=" + i,
                                10,
                                0.5,
                                new HeldOutResult.Predictions(
                                        List.of(new HeldOutResult.Count(0, 1, 10)),
                                        IntStream.range(0, 8)
                                                .mapToObj(
                                                        p -> new HeldOutResult.Picture("p" + p, large, 0, 1, 0.9, 0.1))
                                                .toList(),
                                        List.of()),
                                null)))
                .toList();
        RunReport report = RunReport.builder(
                        small.heading().title(), small.heading().created(), small.dataset(), small.space())
                .heldOut(heldOut)
                .build();
        Path page = ReportWriter.write(report, folder.resolve("large.html"));
        assertThat(Files.size(page)).isLessThan(2_000_000);
        assertThat(Files.readString(page)).contains(large, "Pictures are left out here");
    }

    @Test
    void textIsShownWithItsPromptAndSeed() {
        RunReport run = Samples.run(12);
        RunReport report = RunReport.builder(
                        run.heading().title(), run.heading().created(), run.dataset(), run.space())
                .metrics(Metrics.BUILT_IN.all(), Metric.LOSS)
                .heldOut(List.of(new RunReport.HeldOut(
                        "best",
                        new HeldOutResult(
                                "depth=2",
                                188,
                                1.5,
                                null,
                                new HeldOutResult.SampleText("My lord,", " <b>no</b>\n  more", 0.8, 7)))))
                .build();
        browser.open(ReportWriter.write(report, folder.resolve("text.html")), 390, 844, true);
        browser.assertFitsInto(390);
        assertThat(browser.text("#held-out"))
                .contains("What members write", "My lord, <b>no</b>\n  more", "Temperature 0.8, seed 7");
        assertThat(browser.text(".held-out h3")).isEqualTo("best: loss 1.5000 on 188 windows of the report split");
    }

    @Test
    void aCellIsDrawnAsAGraphThatFollowsTheSelection() {
        RunReport report = Samples.cells();
        Path page = ReportWriter.write(report, folder.resolve("cells.html"));
        for (int width : new int[] {390, 1280}) {
            browser.open(page, width, 900, width == 390);
            browser.assertFitsInto(width);
            assertThat(browser.eval("document.querySelectorAll('#cell-picture .node').length"))
                    .isEqualTo(4L);
            for (int index : new int[] {0, 7}) {
                String row = "#table tr[data-index='" + index + "'] .name";
                browser.eval("document.querySelector(\"" + row + "\").scrollIntoView({block: 'center'})");
                browser.click(row);
                assertThat(drawn())
                        .isEqualTo(report.measured().members().get(index).member());
            }
            assertThat(
                            browser.eval(
                                    "[...document.querySelectorAll('#cell-picture svg *')].every(e => {"
                                            + " const a = e.getBoundingClientRect(), b = e.ownerSVGElement.getBoundingClientRect();"
                                            + " return a.left >= b.left - 1 && a.right <= b.right + 1 && a.top >= b.top - 1 && a.bottom <= b.bottom + 1; })"))
                    .as("nothing of the drawing is cut")
                    .isEqualTo(true);
        }
    }

    /** The cell that the drawing shows, read off its edges. */
    private static String drawn() {
        return (String)
                browser.eval(
                        "[1, 2, 3].map(to => '|' + [...Array(to).keys()].map(from => document.querySelector("
                                + "'#cell-picture [data-edge=\"' + to + '-' + from + '\"] text').textContent + '~' + from).join('|') + '|').join('+')");
    }

    @Test
    void onlyACellIsDrawnAsOne() {
        assertThat(CellPicture.isCell("|none~0|+|skip_connect~0|nor_conv_3x3~1|"))
                .isTrue();
        assertThat(CellPicture.isCell("depth=2,width=16")).isFalse();
        assertThat(CellPicture.isCell("|none~0|+depth=2")).isFalse();
        assertThat(new CellPicture("|none~0|+|skip_connect~0|nor_conv_3x3~1|").svg())
                .contains(
                        "class=\"edge none\"", "aria-label=\"Cell |none~0|+|skip_connect~0|nor_conv_3x3~1|\"", ">out<");
    }

    @Test
    void aResultIsOfImagesOrOfText() {
        assertThatThrownBy(() -> new HeldOutResult("m", 10, 0.5, null, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("predictions of images or a sample of text");
    }
}
