package dev.weft.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.io.WeftCommand;
import dev.weft.pick.RunSearch;
import dev.weft.pick.Tiers;
import dev.weft.search.BestMember;
import dev.weft.search.MeasuredMember;
import dev.weft.search.SearchResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What {@code search} answers.
 *
 * @param measured how many members have all their numbers
 * @param name of the best member, or null where the search was stopped or was for tiers
 * @param best the member that was named, or null alike
 * @param tiers the member of each tier; left out where the search was not for tiers
 * @param exported the files of the kept members; left out where none were asked for
 */
record SearchAnswer(
        String run,
        String strategy,
        int measured,
        boolean complete,
        double seconds,
        List<FrontMember> front,
        String name,
        FrontMember best,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<TierMember> tiers,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Exported> exported) {
    /**
     * The best member of a tier.
     *
     * @param name it is kept under
     * @param budget of the tier
     */
    record TierMember(String name, String budget, FrontMember member) {}

    /** A file of a kept member, with its proof as in {@code export}. */
    record Exported(String name, String onnx, double maxAbsError, double top1Agreement) {}

    /**
     * Members of the front get the numbers that were no objective: the table has them all.
     *
     * @param wanted what was searched for; one tier where the search was for the best member alone
     */
    static SearchAnswer of(
            Path run,
            String strategy,
            Tiers wanted,
            boolean forTiers,
            SearchResult found,
            RunSearch search,
            List<Exported> exported,
            double seconds) {
        List<TierMember> kept = new ArrayList<>();
        for (BestMember best : found.complete() ? found.best() : List.<BestMember>of()) {
            wanted.tiers().stream()
                    .filter(tier -> tier.budget().equals(best.budget()))
                    .forEach(tier -> kept.add(
                            new TierMember(tier.name(), tier.budget().toString(), row(search, best.measured()))));
        }
        TierMember one = forTiers || kept.isEmpty() ? null : kept.get(0);
        return new SearchAnswer(
                run.toString(),
                strategy,
                found.measured().size(),
                found.complete(),
                seconds,
                found.front().members().stream()
                        .map(member -> row(search, member))
                        .toList(),
                one == null ? null : one.name,
                one == null ? null : one.member,
                forTiers ? kept : List.of(),
                exported);
    }

    private static FrontMember row(RunSearch search, MeasuredMember member) {
        return FrontMember.of(search.family(), search.measured(member.member()));
    }

    List<String> text() {
        List<String> text = new ArrayList<>();
        text.add("Pareto front of " + measured + " members:");
        text.addAll(FrontMember.table(front));
        if (best != null) {
            text.add("Kept as \"" + name + "\":");
            text.addAll(FrontMember.table(List.of(best)).subList(1, 2));
        }
        if (!tiers.isEmpty()) {
            text.add("Kept for the tiers:");
            text.addAll(tierTable());
        }
        for (Exported file : exported) {
            text.add("Wrote " + file.onnx + ": largest difference of a logit " + Text.scientific(file.maxAbsError)
                    + ", same first choice on " + Text.percent(file.top1Agreement) + " of the held-out examples");
        }
        if (best != null || !tiers.isEmpty()) {
            text.add("Next:");
            if (exported.isEmpty()) {
                String first = best != null ? name : tiers.get(0).name;
                text.add("  "
                        + WeftCommand.of("export")
                                .path(Path.of(run))
                                .and("--member", first, "--onnx", first + ".onnx"));
            }
            text.add("  " + WeftCommand.of("report").path(Path.of(run)));
        }
        return text;
    }

    private List<String> tierTable() {
        List<String> rows =
                FrontMember.table(tiers.stream().map(TierMember::member).toList());
        int nameWidth =
                Math.max(4, tiers.stream().mapToInt(t -> t.name.length()).max().orElse(0));
        int budgetWidth = Math.max(
                6, tiers.stream().mapToInt(t -> t.budget.length()).max().orElse(0));
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  %-" + nameWidth + "s  %-" + budgetWidth + "s%s",
                    i == 0 ? "tier" : tiers.get(i - 1).name,
                    i == 0 ? "budget" : tiers.get(i - 1).budget,
                    rows.get(i)));
        }
        return lines;
    }
}
