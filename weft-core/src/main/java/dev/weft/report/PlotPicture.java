package dev.weft.report;

import dev.weft.report.Plot.Mark;
import dev.weft.report.Plot.Point;
import dev.weft.report.Plot.Scale;
import dev.weft.report.Plot.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** A plot as a figure: a legend in HTML, and inline SVG that takes its colours from the page's style. */
final class PlotPicture {
    private static final int WIDTH = 340;
    private static final int HEIGHT = 226;
    private static final int LEFT = 54; // at least
    private static final int RIGHT = 12;
    private static final int TOP = 8;
    private static final int BOTTOM = 42; // at least
    private static final int LINE_HEIGHT = 13;
    private static final double LETTER = 6.3; // the width of a letter, about
    private static final double MARK = 4.5;
    private static final double SMALL_MARK = 2.6;
    private static final int MANY = 300; // points, from which on they would hide each other
    private static final double ROOM = 0.04; // of an axis beyond its extremes, so that marks are not cut

    private final Plot plot;
    private final Range x;
    private final Range y;
    private final List<String> xLabel;
    private final List<String> yLabel;
    private final int left;
    private final int bottom;

    PlotPicture(Plot plot) {
        this.plot = plot;
        this.x = Range.of(plot, plot.x(), Point::x, Point::x);
        this.y = Range.of(plot, plot.y(), Point::low, Point::high);
        this.yLabel = lines(plot.y().label(), HEIGHT - TOP - BOTTOM);
        double widest = y.ticks().stream()
                .mapToDouble(tick -> width(y.text(tick)))
                .max()
                .orElse(0);
        this.left = Math.max(LEFT, (int) Math.ceil(12 + LINE_HEIGHT * yLabel.size() + widest));
        this.xLabel = lines(plot.x().label(), WIDTH - RIGHT - left);
        this.bottom = BOTTOM + LINE_HEIGHT * (xLabel.size() - 1);
    }

    /** A label in lines that fit into so many units, as far as its words do. */
    private static List<String> lines(String label, double room) {
        List<String> lines = new ArrayList<>(List.of(""));
        for (String word : label.split(" ")) {
            String last = lines.get(lines.size() - 1);
            if (last.isEmpty() || width(last + " " + word) <= room) {
                lines.set(lines.size() - 1, (last + " " + word).strip());
            } else {
                lines.add(word);
            }
        }
        return lines;
    }

    private static double width(String text) {
        return LETTER * text.length();
    }

    /** Both ends of an axis, on its own scale. */
    private record Range(Scale scale, double low, double high) {
        private static final String UNITS = "kMGT";

        static Range of(Plot plot, Plot.Axis axis, ToDoubleFunction<Point> least, ToDoubleFunction<Point> most) {
            double low = Double.POSITIVE_INFINITY;
            double high = Double.NEGATIVE_INFINITY;
            boolean lines = true;
            for (Series series : plot.series()) {
                lines &= series.mark() == Mark.LINE;
                for (Point point : series.points()) {
                    low = Math.min(low, on(axis.scale(), least.applyAsDouble(point)));
                    high = Math.max(high, on(axis.scale(), most.applyAsDouble(point)));
                }
            }
            double room = high > low ? (high - low) * ROOM : high == 0 ? 1 : 0.1 * Math.abs(high);
            boolean tight = lines && axis == plot.x() && high > low;
            return new Range(axis.scale(), tight ? low : low - room, tight ? high : high + room);
        }

        private static double on(Scale scale, double value) {
            return scale == Scale.LOGARITHMIC ? Math.log10(value) : value;
        }

        double share(double value) {
            return (on(scale, value) - low) / (high - low);
        }

        /** Round values within the range. */
        List<Double> ticks() {
            List<Double> ticks = new ArrayList<>();
            if (scale == Scale.LINEAR) {
                double step = DotPlot.niceStep((high - low) / 5);
                for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) {
                    ticks.add(i * step);
                }
                return ticks;
            }
            int decades = (int) (Math.floor(high) - Math.ceil(low)) + 1; // powers of ten within the range
            int each = Math.max(1, (decades + 4) / 5);
            for (int[] digits : List.of(new int[] {1}, new int[] {1, 2, 5}, new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9})) {
                ticks.clear();
                for (int power = (int) Math.floor(low); power <= high; power += digits.length == 1 ? 1 : each) {
                    for (int digit : digits) {
                        double at = power + Math.log10(digit);
                        boolean shown = digits.length > 1 || Math.floorMod(power, each) == 0;
                        if (shown && at >= low && at <= high) {
                            ticks.add(digit * Math.pow(10, power));
                        }
                    }
                }
                if (ticks.size() > 2) {
                    break;
                }
            }
            return ticks;
        }

        String text(double tick) {
            if (tick == 0) {
                return "0";
            }
            if (scale == Scale.LOGARITHMIC) {
                return abbreviated(tick, tick);
            }
            double step = DotPlot.niceStep((high - low) / 5);
            double most = Math.max(Math.abs(low), Math.abs(high));
            return step >= 10_000 || step < 1e-4
                    ? abbreviated(tick, step < 1e-4 ? tick : most)
                    : DotPlot.tick(tick, step);
        }

        /** Thousands as k, millions as M, and so on, all ticks of an axis alike; small values with a power of ten. */
        private static String abbreviated(double value, double most) {
            for (int i = UNITS.length(); i > 0; i--) {
                double unit = Math.pow(1000, i);
                if (Math.abs(most) >= unit) {
                    return Figures.plain(value / unit) + UNITS.charAt(i - 1);
                }
            }
            return Math.abs(value) < 1e-3 ? Figures.scientific(value).replace(".0e", "e") : Figures.plain(value);
        }
    }

    String html() {
        StringBuilder html = new StringBuilder("<figure class=\"plot\"><figcaption>" + Page.escape(plot.title()));
        if (!plot.caption().isEmpty()) {
            html.append(" <span class=\"quiet\">" + Page.escape(plot.caption()) + "</span>");
        }
        html.append("</figcaption>\n<ul class=\"legend\">");
        for (int i = 0; i < plot.series().size(); i++) {
            Series series = plot.series().get(i);
            html.append("<li><svg class=\"key\" viewBox=\"0 0 16 12\" aria-hidden=\"true\">" + key(series.mark(), i)
                    + "</svg>" + Page.escape(series.name()) + "</li>");
        }
        html.append(String.format(
                Locale.ROOT,
                "</ul>\n<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n",
                WIDTH,
                HEIGHT,
                Page.escape(described())));
        axes(html);
        for (int i = plot.series().size() - 1; i >= 0; i--) {
            draw(html, plot.series().get(i), i);
        }
        return html.append("</svg></figure>\n").toString();
    }

    /** What a reader who sees no picture gets to know. */
    private String described() {
        return plot.title() + ". Across: " + plot.x().label() + ". Upwards: "
                + plot.y().label() + ". "
                + plot.series().stream()
                        .filter(series -> !series.points().isEmpty())
                        .map(series -> series.name() + ": "
                                + (series.points().size() == 1
                                        ? "1 point"
                                        : series.points().size() + " points"))
                        .collect(Collectors.joining("; "));
    }

    private void axes(StringBuilder html) {
        for (double tick : y.ticks()) {
            html.append(line("gridline", left, WIDTH - RIGHT, down(tick), down(tick)))
                    .append(String.format(
                            Locale.ROOT,
                            "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
                            left - 6,
                            down(tick) + 4,
                            y.text(tick)));
        }
        double end = Double.NEGATIVE_INFINITY;
        for (double tick : x.ticks()) {
            html.append(line("tick", across(tick), across(tick), HEIGHT - bottom, HEIGHT - bottom + 4));
            double half = width(x.text(tick)) / 2;
            double middle = Math.min(across(tick), WIDTH - half);
            if (middle - half > end) { // otherwise it would stand on the number before
                html.append(String.format(
                        Locale.ROOT,
                        "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
                        middle,
                        HEIGHT - bottom + 17,
                        x.text(tick)));
                end = middle + half + LETTER;
            }
        }
        html.append(line("tick", left, WIDTH - RIGHT, HEIGHT - bottom, HEIGHT - bottom));
        for (int i = 0; i < xLabel.size(); i++) {
            html.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
                    (left + WIDTH - RIGHT) / 2,
                    HEIGHT - bottom + 36 + LINE_HEIGHT * i,
                    Page.escape(xLabel.get(i))));
        }
        for (int i = 0; i < yLabel.size(); i++) {
            html.append(String.format(
                    Locale.ROOT,
                    "<text transform=\"translate(%d %d) rotate(-90)\" text-anchor=\"middle\">%s</text>\n",
                    11 + LINE_HEIGHT * i,
                    (TOP + HEIGHT - bottom) / 2,
                    Page.escape(yLabel.get(i))));
        }
    }

    private static String line(String style, double x1, double x2, double y1, double y2) {
        return String.format(
                Locale.ROOT,
                "<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>",
                style,
                x1,
                x2,
                y1,
                y2);
    }

    private void draw(StringBuilder html, Series series, int index) {
        if (series.mark() == Mark.LINE && series.points().size() > 1) {
            band(html, series, index);
            html.append("<polyline class=\"stroke " + colour(index) + "\" points=\"");
            for (Point point : series.points()) {
                html.append(String.format(Locale.ROOT, "%.1f,%.1f ", across(point.x()), down(point.y())));
            }
            html.append("\"/>\n");
            return;
        }
        boolean many =
                plot.series().stream().mapToInt(each -> each.points().size()).sum() > MANY;
        double size = many ? SMALL_MARK : MARK;
        for (Point point : series.points()) {
            String title = point.label().isEmpty() ? "" : "<title>" + Page.escape(point.label()) + "</title>";
            html.append("<g>" + title + bar(point, index)
                    + mark(series.mark(), index, across(point.x()), down(point.y()), size) + "</g>\n");
        }
    }

    /** Along the upper ends and back along the lower ones. */
    private void band(StringBuilder html, Series series, int index) {
        List<Point> points = series.points();
        if (points.stream().allMatch(point -> point.low() == point.high())) {
            return;
        }
        html.append("<polygon class=\"band c" + index % 5 + "\" points=\"");
        points.forEach(
                point -> html.append(String.format(Locale.ROOT, "%.1f,%.1f ", across(point.x()), down(point.high()))));
        for (int i = points.size() - 1; i >= 0; i--) {
            html.append(String.format(
                    Locale.ROOT,
                    "%.1f,%.1f ",
                    across(points.get(i).x()),
                    down(points.get(i).low())));
        }
        html.append("\"/>\n");
    }

    private String bar(Point point, int index) {
        return point.low() == point.high()
                ? ""
                : String.format(
                        Locale.ROOT,
                        "<line class=\"bar c%d\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>",
                        index % 5,
                        across(point.x()),
                        across(point.x()),
                        down(point.low()),
                        down(point.high()));
    }

    private static String key(Mark mark, int index) {
        return mark == Mark.LINE
                ? "<line class=\"stroke " + colour(index) + "\" x1=\"0\" x2=\"16\" y1=\"6\" y2=\"6\"/>"
                : mark(mark, index, 8, 6, MARK);
    }

    /** One of five colours; from the sixth series on lines are dashed, so that they can be told from the first ones. */
    private static String colour(int index) {
        return "c" + index % 5 + (index < 5 ? "" : " again");
    }

    private static String mark(Mark mark, int index, double x, double y, double r) {
        String colour = "c" + index % 5;
        return switch (mark) {
            case DOT -> circle("fill " + colour, x, y, r - 1.5);
            case RING -> circle("stroke " + colour, x, y, r - 1);
            case SQUARE -> shape(colour, x - r, y - r, x + r, y - r, x + r, y + r, x - r, y + r);
            case TRIANGLE -> shape(colour, x, y - r - 1, x + r + 1, y + r, x - r - 1, y + r);
            case DIAMOND -> shape(colour, x, y - r - 2, x + r + 2, y, x, y + r + 2, x - r - 2, y);
            case LINE -> circle("fill " + colour, x, y, r - 1.5); // a line of one point
        };
    }

    private static String circle(String style, double x, double y, double r) {
        return String.format(Locale.ROOT, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>", style, x, y, r);
    }

    private static String shape(String colour, double... coordinates) {
        StringBuilder points = new StringBuilder();
        for (double coordinate : coordinates) {
            points.append(String.format(Locale.ROOT, "%.1f ", coordinate));
        }
        return "<polygon class=\"fill " + colour + "\" points=\""
                + points.toString().strip() + "\"/>";
    }

    private double across(double value) {
        return left + x.share(value) * (WIDTH - left - RIGHT);
    }

    private double down(double value) {
        return HEIGHT - bottom - y.share(value) * (HEIGHT - TOP - bottom);
    }
}
