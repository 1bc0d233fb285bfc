package dev.weft.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.report.ExperimentReport.Arm;
import dev.weft.report.ExperimentReport.Cell;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentPageTest {
    @TempDir
    Path folder;

    @Test
    void showsVerdictsTableAndEverySeedOnPhoneAndWideScreen() {
        ExperimentReport report = Samples.experiment();
        Path page = ReportWriter.write(report, folder.resolve("reproduce.html"));
        try (Browser browser = new Browser()) {
            for (int width : new int[] {360, 800, 1280}) {
                browser.open(page, width, 900, width == 800);
                browser.assertFitsInto(width);
                assertThat(browser.text(".verdicts"))
                        .contains("Held", "Not held", "Undecided")
                        .doesNotContain("Not tested");
                assertThat(browser.text(".others"))
                        .contains("1 comparison more")
                        .doesNotContain("Not tested");
                browser.eval("document.querySelector('.others').open = true");
                assertThat(browser.text(".others")).contains("Not tested", "that arm was not run");
                browser.assertFitsInto(width);
                assertThat(browser.text(".arms")).contains("79.6 ± 0.3", "79.3  79.8  79.7");
                long dots = report.arms().stream()
                        .flatMap(arm -> arm.cells().subList(0, 3).stream())
                        .mapToLong(cell -> cell.values().size())
                        .sum();
                assertThat(browser.eval("document.querySelectorAll('.dots .seed').length"))
                        .isEqualTo(dots);
            }
            assertThat(browser.eval(
                            "[...document.querySelectorAll('.dots i')].every(i => parseFloat(i.style.left) >= -0.01"
                                    + " && parseFloat(i.style.left) + (parseFloat(i.style.width) || 0) <= 100.01)"))
                    .as("every mark lies inside its axis")
                    .isEqualTo(true);
            browser.assertNoComplaints();
            browser.assertNoRequests();
        }
    }

    @Test
    void wordsWithoutEndFitAPhone() {
        ExperimentReport base = Samples.experiment();
        String endless = "resolution=20,stage1.depth=2,stage1.width=16".repeat(8) + "x".repeat(200);
        ExperimentReport report = new ExperimentReport(
                endless,
                endless,
                new ExperimentReport.Paper(endless, endless, 2020, endless),
                endless,
                List.of(new ExperimentReport.Verdict(ExperimentReport.Outcome.HELD, endless, true)),
                base.seeds(),
                base.metrics(),
                base.arms().stream()
                        .map(arm -> new Arm(arm.name() + endless, endless, arm.cells()))
                        .toList(),
                List.of(new Fact(endless, endless)),
                List.of(new Fact(endless, endless)),
                List.of(endless),
                List.of(endless),
                List.of(),
                List.of(new FigureGroup(
                        endless,
                        endless,
                        List.of(
                                new Figure.Bars(endless, endless, "s", 1, List.of(new Figure.Bar(endless, 3))),
                                new Figure.HeatMap(
                                        endless,
                                        endless,
                                        List.of(endless),
                                        List.of("a", "b"),
                                        List.of(Arrays.asList(-0.001, null)),
                                        0,
                                        1,
                                        2)))));
        Path page = ReportWriter.write(report, folder.resolve("endless.html"));
        try (Browser browser = new Browser()) {
            for (int width : new int[] {390, 1280}) {
                browser.open(page, width, 900, false);
                browser.assertFitsInto(width);
            }
            assertThat(browser.text(".heat tbody td")).as("nothing has no sign").isEqualTo("0.00");
        }
        PageText.assertPlain(page);
    }

    @Test
    void picturesAreDrawnWithoutScriptsInsideThePage() {
        ExperimentReport base = Samples.experiment();
        List<Figure> figures = List.of(
                new Figure.Dots(
                        "2×128", "", "nats", 3, List.of(new Figure.Row("standard", new Cell(List.of(1.5, 1.6))))),
                new Plot(
                        "Training",
                        "",
                        new Plot.Axis("step", Plot.Scale.LINEAR),
                        new Plot.Axis("nats", Plot.Scale.LINEAR),
                        List.of(new Plot.Series(
                                "a", Plot.Mark.LINE, List.of(new Plot.Point(0, 2.5), new Plot.Point(70, 1.5))))),
                new Figure.HeatMap(
                        "Routing",
                        "",
                        List.of("small", "large"),
                        List.of("block 1", "block 2"),
                        List.of(Arrays.asList(0.25, null), List.of(0.75, 0.5)),
                        0.25,
                        0.75,
                        2));
        ExperimentReport report = new ExperimentReport(
                base.title(),
                base.created(),
                base.paper(),
                base.claim(),
                base.verdicts(),
                base.seeds(),
                base.metrics(),
                base.arms(),
                base.settings(),
                base.environment(),
                base.commands(),
                base.notes(),
                List.of(),
                List.of(new FigureGroup("In detail", "How to read it.", figures)));
        Path page = ReportWriter.write(report, folder.resolve("pictures.html"));
        try (Browser browser = new Browser()) {
            for (int width : new int[] {360, 1280}) {
                browser.open(page, width, 900, width == 1280);
                browser.assertFitsInto(width);
                assertThat(browser.text(".heat")).contains("0.25", "0.75", "–");
                assertThat(browser.eval("document.querySelectorAll('.plot polyline').length"))
                        .isEqualTo(1L);
            }
            browser.assertNoComplaints();
            browser.assertNoRequests();
        }
    }

    @Test
    void heatMapWithoutAValueForEachPlaceIsRefused() {
        assertThatThrownBy(() ->
                        new Figure.HeatMap("t", "", List.of("r"), List.of("a", "b"), List.of(List.of(1.0)), 0, 1, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a value for each of 1 rows and 2 columns");
    }

    @Test
    void missingBrowserFailsWithTheWayToGetIt() {
        assertThatThrownBy(() -> Browser.installed("Chromium", "weft.none", List.of("/absent/chromium")))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("Chromium must be installed for this test")
                .hasMessageContaining("./verify installs it");
    }

    @Test
    void spreadIsTheSampleStandardDeviation() {
        Cell cell = new Cell(List.of(2.0, 4.0, 9.0));
        assertThat(cell.mean()).isEqualTo(5.0);
        assertThat(cell.standardDeviation()).isCloseTo(Math.sqrt(13), within(1e-12));
        assertThat(new Cell(List.of(3.0)).standardDeviation()).isNaN();
    }

    @Test
    void armWithoutOneCellPerMetricIsRefused() {
        ExperimentReport good = Samples.experiment();
        Arm odd = new Arm("E", "one cell short", List.of(new Cell(List.of(1.0))));
        assertThatThrownBy(() -> new ExperimentReport(
                        good.title(),
                        good.created(),
                        good.paper(),
                        good.claim(),
                        good.verdicts(),
                        good.seeds(),
                        good.metrics(),
                        List.of(odd),
                        good.settings(),
                        good.environment(),
                        good.commands(),
                        good.notes(),
                        List.of(),
                        List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("every arm must have one cell per metric (5), but arm E has 1");
    }
}
