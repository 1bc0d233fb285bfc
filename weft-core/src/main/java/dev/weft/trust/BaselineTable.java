package dev.weft.trust;

import java.util.ArrayList;
import java.util.List;

/**
 * Scores beside what ranks members without any training, as it is printed and as the page shows it.
 *
 * @param columns the first that of the names
 * @param rows with as many values as there are columns
 */
public record BaselineTable(List<String> columns, List<List<String>> rows) {
    public BaselineTable {
        columns = List.copyOf(columns);
        rows = rows.stream().map(List::copyOf).toList();
    }

    /** Empty rows where nothing else is known of the members. */
    public static BaselineTable of(TrustReport report) {
        List<String> columns = new ArrayList<>(List.of("ranked by"));
        report.parts().forEach(part -> columns.add("τ-b, " + part.name()));
        columns.add("scores better by, all");
        List<List<String>> rows = new ArrayList<>();
        List<BaselineTau> all = report.parts().get(0).baselines();
        if (!all.isEmpty()) {
            rows.add(row(
                    "scores",
                    report.parts().stream().map(part -> part.quality().tau()).toList(),
                    "–"));
        }
        for (BaselineTau baseline : all) {
            List<Estimate> taus = report.parts().stream()
                    .map(part -> part.baselines().stream()
                            .filter(other -> other.name().equals(baseline.name()))
                            .map(BaselineTau::tau)
                            .findFirst()
                            .orElse(Estimate.none()))
                    .toList();
            rows.add(row(
                    Baseline.label(baseline.name()), taus, baseline.difference().cell()));
        }
        return new BaselineTable(columns, rows);
    }

    private static List<String> row(String name, List<Estimate> taus, String difference) {
        List<String> row = new ArrayList<>(List.of(name));
        taus.forEach(tau -> row.add(tau.cell()));
        row.add(difference);
        return row;
    }
}
