package dev.weft.results;

import dev.weft.metric.Metric;
import dev.weft.metric.Metrics;
import dev.weft.report.ComparisonReport;
import dev.weft.report.Plot;
import dev.weft.report.RunReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A comparison as tables and pictures. */
public final class ComparisonTables {
    private static final String NONE = "–";
    private static final List<Plot.Mark> MARKS =
            List.of(Plot.Mark.DOT, Plot.Mark.RING, Plot.Mark.SQUARE, Plot.Mark.TRIANGLE, Plot.Mark.DIAMOND);

    private ComparisonTables() {}

    /** @param command that makes the page */
    public static ComparisonReport report(RunComparison compared, String command) {
        List<String> labels = compared.runs().stream().map(ComparedRun::label).toList();
        return new ComparisonReport(
                String.join(" and ", labels).length() > 60 ? labels.size() + " runs" : String.join(" and ", labels),
                compared.remarks(),
                List.of(members(compared), settings(compared)),
                plots(compared),
                List.of(command));
    }

    /** The members that each run's family keeps, and those of its front. */
    public static ComparisonReport.Table members(RunComparison compared) {
        List<List<String>> rows = new ArrayList<>();
        for (ComparedRun run : compared.runs()) {
            for (ComparedRun.Row row : run.members()) {
                rows.add(List.of(
                        run.label(),
                        row.name().isEmpty() ? NONE : row.name(),
                        quality(run, row),
                        row.latencyMillisP50() == null
                                ? NONE
                                : String.format(Locale.ROOT, "%.4f ms", row.latencyMillisP50()),
                        count(row.params()),
                        count(row.macs()),
                        row.onFront() ? "front" : NONE,
                        row.member().isEmpty() ? "the only one" : row.member()));
            }
        }
        return new ComparisonReport.Table(
                "Members",
                "Those that a family keeps under a name, and those of the front: no other measured member of the run is both better and"
                        + " faster. Accuracy is of the selection split, with its 95 % interval.",
                List.of("run", "name", "quality", "latency", "parameters", "multiply-adds", "front", "member"),
                rows);
    }

    private static String quality(ComparedRun run, ComparedRun.Row row) {
        if (row.quality() == null) {
            return NONE;
        }
        if (!run.metric().isShare()) {
            return String.format(Locale.ROOT, "%s %.4f", run.metric().key(), row.quality());
        }
        String share = String.format(Locale.ROOT, "%.1f %%", 100 * row.quality());
        return row.low() == null
                ? share
                : share + String.format(Locale.ROOT, " (%.1f to %.1f)", 100 * row.low(), 100 * row.high());
    }

    private static String count(Double value) {
        return value == null ? NONE : String.format(Locale.ROOT, "%,d", value.longValue());
    }

    /** What the runs were trained on and with, where that differs. */
    public static ComparisonReport.Table settings(RunComparison compared) {
        List<String> columns = new ArrayList<>(List.of("setting"));
        compared.runs().forEach(run -> columns.add(run.label()));
        List<List<String>> rows = new ArrayList<>();
        List<String> data = new ArrayList<>(List.of("data"));
        compared.runs().forEach(run -> data.add(run.data().isEmpty() ? NONE : run.data()));
        rows.add(data);
        compared.differences().forEach(difference -> {
            List<String> row = new ArrayList<>(List.of(difference.key()));
            difference.values().forEach(value -> row.add(value == null ? NONE : value));
            rows.add(row);
        });
        return new ComparisonReport.Table(
                "Settings that differ",
                "By their keys in a recipe; what is the same in all runs is left out.",
                columns,
                rows);
    }

    private static List<Plot> plots(RunComparison compared) {
        List<Plot> plots = new ArrayList<>();
        Map<Metric, List<Plot.Series>> fronts = new LinkedHashMap<>();
        for (int i = 0; i < compared.runs().size(); i++) {
            ComparedRun run = compared.runs().get(i);
            List<Plot.Point> points = run.members().stream()
                    .filter(row -> row.onFront() && row.latencyMillisP50() > 0)
                    .map(row -> point(run, row))
                    .toList();
            if (!points.isEmpty()) {
                fronts.computeIfAbsent(run.metric(), metric -> new ArrayList<>())
                        .add(new Plot.Series(run.label(), MARKS.get(i % MARKS.size()), points));
            }
        }
        fronts.forEach((metric, series) -> plots.add(new Plot(
                "Fronts",
                metric.isShare() ? "Bars: the 95 % interval of the " + metric + "." : "",
                new Plot.Axis("Latency, ms", Plot.Scale.LOGARITHMIC),
                new Plot.Axis(axis(metric.key()), Plot.Scale.LINEAR),
                series)));
        curves(compared)
                .forEach((title, series) -> plots.add(new Plot(
                        title,
                        "",
                        new Plot.Axis("Step", Plot.Scale.LINEAR),
                        new Plot.Axis(
                                axis(title.substring(0, title.indexOf(' ')).toLowerCase(Locale.ROOT)),
                                Plot.Scale.LINEAR),
                        series)));
        return plots;
    }

    private static Plot.Point point(ComparedRun run, ComparedRun.Row row) {
        double unit = 1 / run.metric().form().divisor();
        double quality = unit * row.quality();
        return new Plot.Point(
                row.latencyMillisP50(),
                quality,
                row.low() == null ? quality : Math.min(quality, unit * row.low()),
                row.high() == null ? quality : Math.max(quality, unit * row.high()),
                row.member());
    }

    private static String axis(String key) {
        return Metrics.BUILT_IN
                .find(key)
                .map(metric ->
                        metric.isShare() ? metric.label() + ", " + metric.form().unit() : metric.label())
                .orElse(key);
    }

    /** The training curves of the largest and the smallest member, by title; a line for each run, of a tree one for each leaf. */
    private static Map<String, List<Plot.Series>> curves(RunComparison compared) {
        Map<String, List<Plot.Series>> curves = new LinkedHashMap<>();
        for (String metric : List.of("accuracy", "loss")) {
            for (String role : List.of("largest", "smallest")) {
                String title = metric.substring(0, 1).toUpperCase(Locale.ROOT) + metric.substring(1) + " of the " + role
                        + " member";
                for (ComparedRun run : compared.runs()) {
                    for (RunReport.Curve curve : run.curves()) {
                        if (curve.metric().equals(metric) && (" " + curve.role()).endsWith(" " + role)) {
                            series(run, curve, role)
                                    .ifPresent(line -> curves.computeIfAbsent(title, key -> new ArrayList<>())
                                            .add(line));
                        }
                    }
                }
            }
        }
        return curves;
    }

    private static Optional<Plot.Series> series(ComparedRun run, RunReport.Curve curve, String role) {
        double unit = 1
                / Metrics.BUILT_IN
                        .find(curve.metric())
                        .map(m -> m.form().divisor())
                        .orElse(1.0);
        List<Plot.Point> points = curve.points().stream()
                .filter(point -> Double.isFinite(point.value()))
                .map(point -> new Plot.Point(point.step(), unit * point.value()))
                .toList();
        String leaf =
                curve.role().substring(0, curve.role().length() - role.length()).strip();
        return points.isEmpty()
                ? Optional.empty()
                : Optional.of(new Plot.Series(
                        leaf.isEmpty() ? run.label() : run.label() + " " + leaf, Plot.Mark.LINE, points));
    }
}
