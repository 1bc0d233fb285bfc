package dev.weft.report;

import dev.weft.report.Figure.Curve;
import dev.weft.report.Figure.Point;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Lines over one axis as SVG, complete without scripts; the axes do not start at zero. */
final class CurvePlot {
    private static final double WIDTH = 640;
    private static final double HEIGHT = 300;
    private static final double LEFT = 58;
    private static final double RIGHT = 12;
    private static final double TOP = 12;
    private static final double BOTTOM = 44;

    private final Figure.Curves figure;
    private final Scale x;
    private final Scale y;

    CurvePlot(Figure.Curves figure) {
        this.figure = figure;
        this.x = Scale.tight(points().map(Point::x).toList(), LEFT, WIDTH - RIGHT);
        this.y = Scale.even(points().map(Point::y).toList(), HEIGHT - BOTTOM, TOP);
    }

    private Stream<Point> points() {
        return figure.curves().stream().flatMap(curve -> curve.points().stream());
    }

    String html() {
        StringBuilder html = new StringBuilder("<ul class=\"legend\">");
        List<Curve> curves = figure.curves();
        for (int i = 0; i < curves.size(); i++) {
            html.append("<li class=\"curve" + (i + 1) + "\">"
                    + Page.escape(curves.get(i).name()) + "</li>");
        }
        html.append("</ul>\n<svg class=\"curves\" viewBox=\"0 0 " + (int) WIDTH + " " + (int) HEIGHT
                + "\" role=\"img\" aria-label=\"" + Page.escape(figure.title()) + "\">\n");
        for (long i = x.first(); i <= x.last(); i++) {
            html.append(
                    text(x.place(i * x.step()), HEIGHT - BOTTOM + 18, "middle", DotPlot.tick(i * x.step(), x.step())));
        }
        for (long i = y.first(); i <= y.last(); i++) {
            double place = y.place(i * y.step());
            html.append(format("<path class=\"rule\" d=\"M%.1f %.1fH%.1f\"/>", LEFT, place, WIDTH - RIGHT))
                    .append(text(LEFT - 8, place + 4, "end", DotPlot.tick(i * y.step(), y.step())));
        }
        for (int i = 0; i < curves.size(); i++) {
            html.append(line(curves.get(i), "curve" + (i + 1)));
        }
        html.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, "middle", Page.escape(figure.x())));
        html.append("<text text-anchor=\"middle\" transform=\"translate(13 " + (int) ((HEIGHT - BOTTOM + TOP) / 2)
                + ") rotate(-90)\">" + Page.escape(figure.y()) + "</text>\n");
        return html.append("</svg>\n").toString();
    }

    private String line(Curve curve, String kind) {
        StringBuilder path = new StringBuilder();
        for (Point point : curve.points()) {
            path.append(format(path.isEmpty() ? "M%.1f %.1f" : "L%.1f %.1f", x.place(point.x()), y.place(point.y())));
        }
        return "<path class=\"line " + kind + "\" d=\"" + path + "\"/>\n";
    }

    private static String text(double x, double y, String anchor, String text) {
        return format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor) + text + "</text>\n";
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    /**
     * From values to places, with ticks at multiples of a step.
     *
     * @param first of the ticks, in steps
     * @param last of the ticks, in steps
     * @param low what lies at {@code from}
     * @param high what lies at {@code to}
     */
    private record Scale(long first, long last, double step, double low, double high, double from, double to) {
        /** From the least to the largest value. */
        static Scale tight(List<Double> values, double from, double to) {
            double low = least(values);
            double high = Math.max(largest(values), low + 1e-9);
            double step = step(low, high);
            long first = (long) Math.ceil(low / step);
            return new Scale(first, (long) Math.floor(high / step), step, low, high, from, to);
        }

        /** From tick to tick, around all values. */
        static Scale even(List<Double> values, double from, double to) {
            double step = step(least(values), largest(values));
            long first = (long) Math.floor(least(values) / step);
            long last = Math.max(first + 1, (long) Math.ceil(largest(values) / step));
            return new Scale(first, last, step, first * step, last * step, from, to);
        }

        private static double step(double low, double high) {
            return DotPlot.niceStep(high > low ? (high - low) / 5 : 1);
        }

        private static double least(List<Double> values) {
            return values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
        }

        private static double largest(List<Double> values) {
            return values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        }

        double place(double value) {
            return from + (to - from) * (value - low) / (high - low);
        }
    }
}
