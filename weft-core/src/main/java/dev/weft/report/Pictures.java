package dev.weft.report;

import java.util.Locale;

/** Figures as HTML that needs no script. */
final class Pictures {
    /** Columns from which on a heat map needs the whole width of a page, where its style gives it that. */
    private static final int WIDE = 6;

    private Pictures() {}

    /** A section with a heading. */
    static String group(FigureGroup group) {
        String title = Page.escape(group.title());
        String hint = group.hint().isEmpty() ? "" : "<p class=\"hint\">" + Page.prose(group.hint()) + "</p>\n";
        StringBuilder html = new StringBuilder("<section aria-label=\"" + title + "\">\n<h2>" + title + "</h2>\n" + hint
                + "<div class=\"columns plots\">\n");
        group.figures().forEach(figure -> html.append(picture(figure)));
        return html.append("</div>\n</section>\n").toString();
    }

    private static String picture(Figure figure) {
        if (figure instanceof Plot plot) return new PlotPicture(plot).html();
        boolean wide = figure instanceof Figure.HeatMap map && map.columns().size() > WIDE;
        return "<figure" + (wide ? " class=\"wide\"" : "") + "><figcaption>" + Page.escape(figure.title())
                + " <span class=\"quiet\">" + Page.escape(figure.caption()) + "</span></figcaption>\n" + drawn(figure)
                + "</figure>\n";
    }

    private static String drawn(Figure figure) {
        if (figure instanceof Figure.HeatMap map) return new HeatGrid(map).html();
        if (figure instanceof Figure.Bars bars) return bars(bars);
        if (figure instanceof Figure.Dots dots) return dots(dots);
        throw new IllegalArgumentException("no picture is known of " + figure.getClass());
    }

    private static String dots(Figure.Dots dots) {
        DotPlot plot = new DotPlot(dots.decimals());
        dots.rows()
                .forEach(row -> plot.row(row.label(), row.cell(), DotPlot.meanAndSpread(row.cell(), dots.decimals())));
        return plot.html();
    }

    private static String bars(Figure.Bars bars) {
        double most = bars.bars().stream().mapToDouble(Figure.Bar::value).max().orElse(0);
        StringBuilder html = new StringBuilder("<div class=\"bars\">\n");
        for (Figure.Bar bar : bars.bars()) {
            html.append(String.format(
                    Locale.ROOT,
                    "<span class=\"label\">%s</span><span class=\"bar\" aria-hidden=\"true\"><i style=\"width:%.2f%%\"></i></span>"
                            + "<span class=\"value\">%." + bars.decimals() + "f%s</span>\n",
                    Page.escape(bar.label()),
                    most == 0 ? 0 : 100 * bar.value() / most,
                    bar.value(),
                    bars.unit().isEmpty() ? "" : "\u00a0" + Page.escape(bars.unit())));
        }
        return html.append("</div>\n").toString();
    }
}
