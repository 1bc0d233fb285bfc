package dev.weft.report;

import dev.weft.report.RunReport.RoutedWeight;
import dev.weft.report.RunReport.Routing;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What became of the experts, as HTML that is complete without scripts: counts of parameters, and a row for each routed weight. */
final class RoutingTable {
    private final Routing routing;

    RoutingTable(Routing routing) {
        this.routing = routing;
    }

    String facts() {
        double times = (double) routing.trainingParameters() / routing.deployedParameters();
        return Page.facts(List.of(
                new Fact(
                        "Parameters while training",
                        Figures.grouped(routing.trainingParameters()) + ", with all experts and routers"),
                new Fact(
                        "Parameters deployed",
                        Figures.grouped(routing.deployedParameters()) + ", of the largest member"),
                new Fact("Price of training", Figures.significant(times) + "× the deployed parameters")));
    }

    String rows() {
        return routing.weights().stream().map(RoutingTable::row).collect(Collectors.joining());
    }

    private static String row(RoutedWeight weight) {
        return "<tr><th scope=\"row\"><code>" + Page.escape(weight.name()) + "</code></th>\n<td>" + bar(weight)
                + "</td>\n<td>" + small(weight.mixingVariance()) + "</td>\n<td>"
                + String.format(Locale.ROOT, "%.3f", weight.expertCosine()) + "</td></tr>\n";
    }

    /** The experts' parts beside each other, from full to pale, and beneath them in percent. */
    private static String bar(RoutedWeight weight) {
        List<Double> parts = weight.meanMixing();
        StringBuilder bar = new StringBuilder();
        for (int i = 0; i < parts.size(); i++) {
            double strength = parts.size() == 1 ? 1 : 1 - 0.7 * i / (parts.size() - 1);
            bar.append(String.format(
                    Locale.ROOT, "<i style=\"flex-grow:%.4f;opacity:%.2f\"></i>", Math.max(0, parts.get(i)), strength));
        }
        String shown = parts.stream()
                .map(part -> String.format(Locale.ROOT, "%.1f", 100 * part))
                .collect(Collectors.joining(" · "));
        return "<span class=\"mixing\" aria-hidden=\"true\">" + bar + "</span><span class=\"quiet\">" + shown
                + "\u00a0%</span>";
    }

    /** A variance of parts is often tiny: as a power of ten where decimals would show zeros only. */
    private static String small(double value) {
        return value == 0 || value >= 1e-3 ? Figures.significant(value) : Figures.scientific(value);
    }
}
