package dev.weft.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether pages can be read: contrast in both themes, headers of tables, names of pictures. */
class PageStyleTest {
    /** The contrast of text, by the Web Content Accessibility Guidelines, level AA. */
    private static final double LEAST_CONTRAST = 4.5;

    /** The contrast of an element's text with what it stands on. */
    private static final String CONTRAST = """
            const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
            const rgb = (color) => {
              canvas.clearRect(0, 0, 1, 1);
              canvas.fillStyle = color;
              canvas.fillRect(0, 0, 1, 1);
              return [...canvas.getImageData(0, 0, 1, 1).data];
            };
            const light = (color) => {
              const [r, g, b] = rgb(color).map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
              return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const ground = (e) => {
              for (; e; e = e.parentElement) {
                const color = getComputedStyle(e).backgroundColor;
                if (rgb(color)[3] === 255) return color;
              }
              return 'white';
            };
            const contrast = (e) => {
              const style = getComputedStyle(e);
              const a = light(e instanceof SVGElement ? style.fill : style.color), b = light(ground(e));
              return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            };
            """;

    @TempDir
    Path folder;

    private List<Path> pages() {
        ExperimentReport base = Samples.experiment();
        List<Double> shades =
                IntStream.rangeClosed(0, 20).mapToObj(i -> i / 20.0).toList();
        List<Double> signed =
                IntStream.rangeClosed(-10, 10).mapToObj(i -> i / 10.0).toList();
        List<String> columns = IntStream.range(0, 21).mapToObj(String::valueOf).toList();
        ExperimentReport experiment = new ExperimentReport(
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
                List.of(new FigureGroup(
                        "Shades",
                        "",
                        List.of(
                                new Figure.HeatMap("a", "", List.of("r"), columns, List.of(shades), 0, 1, 2),
                                new Figure.HeatMap("b", "", List.of("r"), columns, List.of(signed), 0, 1, 2, true)))));
        return List.of(
                ReportWriter.write(Samples.run(62), folder.resolve("run.html")),
                ReportWriter.write(Samples.tried(10), folder.resolve("tried.html")),
                ReportWriter.write(Samples.cells(), folder.resolve("cells.html")),
                ReportWriter.write(Samples.searched(), folder.resolve("searched.html")),
                ReportWriter.write(experiment, folder.resolve("experiment.html")));
    }

    @Test
    void textStandsOutInBothThemes() {
        try (Browser browser = new Browser()) {
            for (Path page : pages()) {
                for (boolean dark : new boolean[] {false, true}) {
                    browser.open(page, 1280, 900, dark);
                    assertThat((List<?>) browser.eval("(() => {" + CONTRAST
                                    + "return [...document.querySelectorAll('body *')].filter(e => [...e.childNodes].some(n =>"
                                    + " n.nodeType === 3 && n.textContent.trim()) && e.getClientRects().length"
                                    + " && !e.closest('script, style, .chart, .parts-charts')).map(e => [contrast(e), e])"
                                    + ".filter(([c]) => c < " + LEAST_CONTRAST + ").slice(0, 8)"
                                    + ".map(([c, e]) => c.toFixed(2) + ' ' + e.tagName + '.' + e.getAttribute('class') + ' ' +"
                                    + " e.textContent.trim().slice(0, 30)); })()"))
                            .as("text that is hard to read on %s, dark: %s", page.getFileName(), dark)
                            .isEmpty();
                }
            }
        }
    }

    @Test
    void tablesHaveHeadersAndPicturesHaveNames() {
        try (Browser browser = new Browser()) {
            for (Path page : pages()) {
                browser.open(page, 1280, 900, false);
                List<String> unnamed = new ArrayList<>();
                for (Map.Entry<String, String> rule : Map.of(
                                "tables without headers", "table:not(:has(th[scope]))",
                                "pictures without a text", "img:not([alt]), img[alt='']",
                                "drawings without a name",
                                        "svg:not([aria-hidden]):not([role='img'][aria-label]):not(.chart svg, .parts-charts svg,"
                                                + " #picture-stages svg)",
                                "charts without a name", "[role='img']:not([aria-label])",
                                "sections without a name",
                                        "main > section:not(.columns):not([aria-labelledby]):not([aria-label])",
                                "buttons without a name", "button:empty:not([aria-label])")
                        .entrySet()) {
                    Object found = browser.eval(
                            "[...document.querySelectorAll(\"" + rule.getValue()
                                    + "\")].filter(e => e.getClientRects().length).slice(0, 3).map(e => e.outerHTML.slice(0, 120))");
                    if (!((List<?>) found).isEmpty()) {
                        unnamed.add(rule.getKey() + ": " + found);
                    }
                }
                assertThat(unnamed).as(page.getFileName().toString()).isEmpty();
                assertThat((String) browser.eval("document.title"))
                        .endsWith(" · Weft")
                        .doesNotContain("/", "\\");
            }
        }
    }
}
