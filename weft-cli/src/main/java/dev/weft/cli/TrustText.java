package dev.weft.cli;

import dev.weft.trust.BaselineTable;
import dev.weft.trust.RankQuality;
import dev.weft.trust.TrustDocument;
import dev.weft.trust.TrustReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A trust report as it is printed: what may be concluded, the numbers, and each part in a sentence. */
final class TrustText {
    private TrustText() {}

    static List<String> lines(TrustDocument document) {
        TrustReport report = document.report();
        List<String> text = new ArrayList<>(report.conclusions());
        text.add("");
        List<List<String>> rows = new ArrayList<>();
        rows.add(head(report));
        report.parts().forEach(part -> rows.add(row(part, report)));
        text.addAll(aligned(rows));
        text.add("");
        BaselineTable beside = BaselineTable.of(report);
        if (!beside.rows().isEmpty()) {
            List<List<String>> all = new ArrayList<>(List.of(beside.columns()));
            all.addAll(beside.rows());
            text.addAll(aligned(all));
            text.add("");
        }
        report.parts().forEach(part -> text.add(part.sentence()));
        text.add("");
        text.add(String.format(
                Locale.ROOT,
                "Intervals hold %.0f percent of %,d draws of the members (seed %d); best is by truth.",
                100 * report.settings().bootstrap().confidence(),
                report.settings().bootstrap().resamples(),
                report.settings().bootstrap().seed()));
        return text;
    }

    private static List<String> head(TrustReport report) {
        List<String> head = new ArrayList<>(List.of("", "members", "Kendall τ-b", "Spearman"));
        report.settings().topK().forEach(k -> head.add("regret top " + k));
        if (report.trainings() > 1) {
            head.add("noise floor τ");
        }
        return head;
    }

    private static List<String> row(TrustReport.Part part, TrustReport report) {
        RankQuality quality = part.quality();
        List<String> row = new ArrayList<>(List.of(
                part.name(),
                Text.count(quality.members()),
                quality.tau().cell(),
                quality.spearman().cell()));
        for (int k : report.settings().topK()) {
            row.add(quality.regrets().stream()
                    .filter(regret -> regret.k() == k)
                    .map(regret -> regret.loss().cell())
                    .findFirst()
                    .orElse("–"));
        }
        if (report.trainings() > 1) {
            row.add(part.floor() == null ? "–" : part.floor().tau().cell());
        }
        return row;
    }

    private static List<String> aligned(List<List<String>> rows) {
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                int column = i;
                int width = rows.stream()
                        .mapToInt(r -> r.get(column).length())
                        .max()
                        .orElse(0);
                line.append(String.format(Locale.ROOT, "%-" + (width + 2) + "s", row.get(i)));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }
}
