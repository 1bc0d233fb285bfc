package dev.weft.report;

import java.util.Locale;

/** A heat map as an HTML table: the numbers can be read, shades only help to see them. */
final class HeatGrid {
    private final Figure.HeatMap map;

    HeatGrid(Figure.HeatMap map) {
        this.map = map;
    }

    String html() {
        StringBuilder html = new StringBuilder("<table class=\"heat\"><thead><tr><td></td>");
        map.columns().forEach(column -> html.append("<th scope=\"col\">")
                .append(Page.escape(column))
                .append("</th>"));
        html.append("</tr></thead><tbody>\n");
        for (int r = 0; r < map.rows().size(); r++) {
            html.append("<tr><th scope=\"row\">")
                    .append(Page.escape(map.rows().get(r)))
                    .append("</th>");
            map.values().get(r).forEach(value -> html.append(cell(value)));
            html.append("</tr>\n");
        }
        return html.append("</tbody></table>\n").toString();
    }

    private String cell(Double value) {
        if (value == null) {
            return "<td class=\"none\">–</td>";
        }
        double shown = map.signed() ? Math.abs(value) : value;
        double shade = Math.max(0, Math.min(1, (shown - map.low()) / (map.high() - map.low())));
        return String.format(
                Locale.ROOT,
                "<td%s style=\"--shade:%.2f\">%s</td>",
                map.signed() && value < 0 ? " class=\"below\"" : "",
                shade,
                Figures.fixed(value, map.decimals()));
    }
}
