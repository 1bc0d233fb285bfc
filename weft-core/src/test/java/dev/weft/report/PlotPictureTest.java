package dev.weft.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.report.Plot.Axis;
import dev.weft.report.Plot.Mark;
import dev.weft.report.Plot.Point;
import dev.weft.report.Plot.Scale;
import dev.weft.report.Plot.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PlotPictureTest {
    private static Plot plot(Scale scale, Series... series) {
        return new Plot("a < b", "", new Axis("cost", scale), new Axis("accuracy, %", Scale.LINEAR), List.of(series));
    }

    private static List<Double> numbers(String html, String attribute) {
        List<Double> found = new ArrayList<>();
        Matcher matcher =
                Pattern.compile("<circle[^>]* " + attribute + "=\"([^\"]+)\"").matcher(html);
        while (matcher.find()) {
            found.add(Double.parseDouble(matcher.group(1)));
        }
        return found.subList(1, found.size()); // the first is the legend's
    }

    @Test
    void equalRatiosLieEquallyFarApartOnALogarithmicAxis() {
        String html = new PlotPicture(plot(
                        Scale.LOGARITHMIC,
                        new Series(
                                "members",
                                Mark.DOT,
                                List.of(new Point(1000, 80), new Point(10_000, 90), new Point(100_000, 85)))))
                .html();
        List<Double> x = numbers(html, "cx");
        assertThat(x.get(1) - x.get(0)).isBetween(x.get(2) - x.get(1) - 0.2, x.get(2) - x.get(1) + 0.2);
        assertThat(html).contains(">1k<", ">10k<", ">100k<");
    }

    @Test
    void numbersOfAnAxisStandWithinThePictureAndApart() {
        for (double scale : new double[] {1e-9, 1e-3, 1, 1e6, 3e12}) {
            for (Scale kind : Scale.values()) {
                Plot plot = new Plot(
                        "t",
                        "",
                        new Axis(
                                "a label across that is so long that it needs more than one line of the picture", kind),
                        new Axis("a label upwards that is far longer than the picture is high, in units", kind),
                        List.of(new Series(
                                "s", Mark.DOT, List.of(new Point(scale, scale), new Point(7 * scale, 1e5 * scale)))));
                String html = new PlotPicture(plot).html();
                List<double[]> across = new ArrayList<>();
                Matcher text = Pattern.compile(
                                "<text x=\"([0-9.]+)\" y=\"([0-9.]+)\" text-anchor=\"(\\w+)\">([^<]*)</text>")
                        .matcher(html);
                while (text.find()) {
                    double x = Double.parseDouble(text.group(1));
                    double width = 6.3 * text.group(4).length();
                    if (text.group(3).equals("end")) {
                        assertThat(x - width).as(text.group()).isGreaterThan(10);
                    } else {
                        assertThat(x - width / 2).as(text.group()).isGreaterThan(0);
                        assertThat(x + width / 2).as(text.group()).isLessThan(341);
                        across.add(new double[] {Double.parseDouble(text.group(2)), x - width / 2, x + width / 2});
                    }
                }
                for (int i = 1; i < across.size(); i++) {
                    if (across.get(i)[0] == across.get(i - 1)[0]) {
                        assertThat(across.get(i)[1]).as("numbers side by side").isGreaterThan(across.get(i - 1)[2]);
                    }
                }
            }
        }
    }

    @Test
    void oneTickForSeveralDecadesAndPowersForWhatIsSmall() {
        String html = new PlotPicture(plot(
                        Scale.LOGARITHMIC, new Series("s", Mark.DOT, List.of(new Point(1e-7, 80), new Point(1e8, 90)))))
                .html();
        assertThat(html).contains(">1e-4<", ">1<", ">10k<", ">100M<").doesNotContain(">2", "E-");
    }

    @Test
    void moreIsFurtherUp() {
        String html = new PlotPicture(plot(
                        Scale.LINEAR, new Series("members", Mark.RING, List.of(new Point(1, 80), new Point(2, 90)))))
                .html();
        assertThat(numbers(html, "cy").get(1)).isLessThan(numbers(html, "cy").get(0));
        assertThat(html).contains("a &lt; b").doesNotContain("a < b");
    }

    @Test
    void firstSeriesIsDrawnOnTopAndMarksAreNamed() {
        String html = new PlotPicture(plot(
                        Scale.LINEAR,
                        new Series("chosen", Mark.DIAMOND, List.of(new Point(1, 80, "seed 1 & more"))),
                        new Series("all", Mark.LINE, List.of(new Point(0, 79), new Point(1, 80)))))
                .html();
        assertThat(html.lastIndexOf("<polygon")).isGreaterThan(html.lastIndexOf("<polyline"));
        assertThat(html).contains("<title>seed 1 &amp; more</title>", "chosen</li>", "all</li>");
    }

    @Test
    void oneValueStillMakesAPicture() {
        String html = new PlotPicture(
                        plot(Scale.LOGARITHMIC, new Series("one", Mark.DOT, List.of(new Point(1000, 80)))))
                .html();
        assertThat(html).doesNotContain("NaN", "Infinity");
        assertThat(numbers(html, "cx").get(0)).isBetween(48.0, 340.0);
    }

    @Test
    void lineOfOnePointIsSeen() {
        String html =
                new PlotPicture(plot(Scale.LINEAR, new Series("seed 1", Mark.LINE, List.of(new Point(2, 80))))).html();
        assertThat(html).contains("<circle").doesNotContain("<polyline");
    }

    @Test
    void whatCannotBeDrawnIsRefused() {
        assertThatThrownBy(() -> plot(Scale.LOGARITHMIC, new Series("s", Mark.DOT, List.of(new Point(0, 1)))))
                .hasMessageContaining("above 0 on a logarithmic axis");
        assertThatThrownBy(() -> plot(Scale.LINEAR, new Series("s", Mark.DOT, List.of(new Point(Double.NaN, 1)))))
                .hasMessageContaining("finite");
        assertThatThrownBy(() -> plot(Scale.LINEAR, new Series("s", Mark.DOT, List.of())))
                .hasMessageContaining("must have a point");
    }

    @Test
    void whatIsUncertainHasABarOrABandWithinTheAxes() {
        String html = new PlotPicture(plot(
                        Scale.LINEAR,
                        new Series("members", Mark.DOT, List.of(new Point(1, 80, 60, 95, ""), new Point(2, 81))),
                        new Series(
                                "line",
                                Mark.LINE,
                                List.of(new Point(1, 70, 50, 75, ""), new Point(2, 72, 71, 90, "")))))
                .html();
        Matcher bar = Pattern.compile(
                        "<line class=\"bar c0\" x1=\"([0-9.]+)\" x2=\"\\1\" y1=\"([0-9.]+)\" y2=\"([0-9.]+)\"/>")
                .matcher(html);
        assertThat(bar.find()).isTrue();
        double low = Double.parseDouble(bar.group(2));
        double high = Double.parseDouble(bar.group(3));
        double mark = numbers(html, "cy").get(0);
        assertThat((low - mark) / (mark - high)).isBetween(1.30, 1.37); // 20 below and 15 above
        assertThat(low).isLessThan(226 - 42);
        assertThat(bar.find()).as("a point without an interval has no bar").isFalse();
        Matcher band = Pattern.compile("<polygon class=\"band c1\" points=\"([^\"]+)\"")
                .matcher(html);
        assertThat(band.find()).isTrue();
        assertThat(band.group(1).strip().split(" ")).hasSize(4);
        assertThatThrownBy(() -> new Point(1, 2, 3, 4, ""))
                .hasMessage("a point must lie in its interval, but y=2.0, low=3.0, high=4.0");
    }
}
