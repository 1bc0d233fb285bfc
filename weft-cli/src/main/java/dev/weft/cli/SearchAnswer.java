package dev.weft.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.io.WeftCommand;
import dev.weft.metric.Metrics;
import dev.weft.pick.FinishedRun;
import dev.weft.pick.LatencyRemarks;
import dev.weft.pick.Tiers;
import dev.weft.search.BestMember;
import dev.weft.search.MeasuredMember;
import dev.weft.search.SearchResult;
import dev.weft.space.Space;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What {@code search} answers.
 *
 * @param measured how many members have all their numbers
 * @param latencies what their noise leaves open about the front
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
        Latencies latencies,
        String name,
        FrontMember best,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<TierMember> tiers,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Exported> exported) {
    /**
     * What the noise of latencies leaves open.
     *
     * @param indistinguishable members of the front with others there whose latencies cannot be told from theirs
     * @param byNoise members of the front that may be there by the noise of a latency alone
     * @param outlying members of the front with rare runs that take three times the median or longer
     * @param slowed how many members were measured while the machine was busy
     * @param slowdown how many times as long a reference took at worst
     */
    record Latencies(
            List<Alike> indistinguishable, List<ByNoise> byNoise, List<String> outlying, int slowed, double slowdown) {
        static Latencies of(FinishedRun search, SearchResult found) {
            LatencyRemarks remarks = search.remarks(found);
            Space space = search.family().space();
            return new Latencies(
                    remarks.alike().entrySet().stream()
                            .filter(e -> !e.getValue().isEmpty())
                            .map(e -> new Alike(
                                    space.print(e.getKey()),
                                    e.getValue().stream().map(space::print).toList()))
                            .toList(),
                    remarks.byNoise().entrySet().stream()
                            .map(e -> new ByNoise(space.print(e.getKey()), space.print(e.getValue())))
                            .toList(),
                    remarks.outlying().stream().map(space::print).toList(),
                    remarks.slowed(),
                    remarks.slowdown());
        }

        /** The text for people, with members of the front by their line; none where nothing is open. */
        List<String> text(List<FrontMember> front, int measured) {
            List<String> lines = new ArrayList<>();
            List<String> pairs = new ArrayList<>();
            for (Alike each : indistinguishable) {
                int one = line(front, each.member);
                each.from.stream()
                        .map(member -> line(front, member))
                        .filter(other -> other > one)
                        .forEach(other -> pairs.add(one + " and " + other));
            }
            if (!pairs.isEmpty()) {
                lines.add("Indistinguishable in latency: lines " + String.join(", ", pairs) + ".");
            }
            for (ByNoise each : byNoise) {
                lines.add("Line " + line(front, each.member) + " may be on the front by noise alone: "
                        + (line(front, each.better) > 0 ? "line " + line(front, each.better) : each.better)
                        + " is better but for the latency, and these two latencies cannot be told apart.");
            }
            if (!outlying.isEmpty()) {
                lines.add("Rare slow runs, of which one in a hundred takes so many times the median or longer: "
                        + outlying.stream()
                                .map(member -> line(front, member))
                                .map(line -> "line " + line + " "
                                        + Math.round(front.get(line - 1).outlying())
                                        + " times")
                                .collect(Collectors.joining(", "))
                        + ".");
            }
            if (slowed > 0) {
                lines.add(String.format(
                        Locale.ROOT,
                        "The machine was busy while %d of %d members were measured: a reference took up to %.1f times as long."
                                + " Latencies are corrected by it.",
                        slowed,
                        measured,
                        slowdown));
            }
            return lines;
        }

        /** The line of a member, counted from 1; 0 for a member that is not there. */
        private static int line(List<FrontMember> front, String member) {
            return front.stream().map(FrontMember::member).toList().indexOf(member) + 1;
        }
    }

    /** A member and those whose latencies cannot be told from its own. */
    record Alike(String member, List<String> from) {}

    /** A member and one that is better in the other objectives, of a latency that cannot be told from its own. */
    record ByNoise(String member, String better) {}

    /**
     * The best member of a tier.
     *
     * @param name it is kept under
     * @param budget of the tier
     */
    record TierMember(String name, String budget, FrontMember member) {}

    /** A file of a kept member, with its proof as in {@code export}. */
    record Exported(
            String name,
            String onnx,
            double maxAbsError,
            @JsonInclude(JsonInclude.Include.NON_NULL) Double top1Agreement) {}

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
            FinishedRun search,
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
                Latencies.of(search, found),
                one == null ? null : one.name,
                one == null ? null : one.member,
                forTiers ? kept : List.of(),
                exported);
    }

    private static FrontMember row(FinishedRun search, MeasuredMember member) {
        return FrontMember.of(
                search.family(), search.measured(member.member()), search.metrics(), search.selectionExamples());
    }

    /** @param metrics what the members were measured by */
    List<String> text(Metrics metrics) {
        List<String> text = new ArrayList<>();
        text.add("Pareto front of " + Text.count(measured, "member") + ":");
        List<String> rows = FrontMember.table(front, metrics);
        for (int i = 0; i < rows.size(); i++) {
            text.add(String.format(Locale.ROOT, "%4s", i == 0 ? "" : String.valueOf(i)) + rows.get(i));
        }
        text.addAll(latencies.text(front, measured));
        if (best != null) {
            text.add("Kept as \"" + name + "\":");
            text.addAll(FrontMember.table(List.of(best), metrics).subList(1, 2));
        }
        if (!tiers.isEmpty()) {
            text.add("Kept for the tiers:");
            text.addAll(tierTable(metrics));
        }
        for (Exported file : exported) {
            text.add("Wrote " + file.onnx + ": "
                    + Text.proof("", file.maxAbsError, file.top1Agreement, "the held-out examples"));
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

    private List<String> tierTable(Metrics metrics) {
        List<String> rows =
                FrontMember.table(tiers.stream().map(TierMember::member).toList(), metrics);
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
