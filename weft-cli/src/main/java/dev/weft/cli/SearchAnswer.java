package dev.weft.cli;

import dev.weft.io.WeftCommand;
import dev.weft.pick.RunSearch;
import dev.weft.search.MeasuredMember;
import dev.weft.search.SearchResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code search} answers.
 *
 * @param measured how many members have all their numbers
 * @param name of the best member, or null where the search was stopped
 * @param best the member that was named, or null where the search was stopped
 */
record SearchAnswer(
        String run,
        String strategy,
        int measured,
        boolean complete,
        double seconds,
        List<FrontMember> front,
        String name,
        FrontMember best) {
    /** Members of the front get the numbers that were no objective: the table has them all. */
    static SearchAnswer of(
            Path run, String strategy, String name, SearchResult found, RunSearch search, double seconds) {
        return new SearchAnswer(
                run.toString(),
                strategy,
                found.measured().size(),
                found.complete(),
                seconds,
                found.front().members().stream()
                        .map(member -> row(search, member))
                        .toList(),
                found.complete() ? name : null,
                found.complete() ? row(search, found.best().get(0).measured()) : null);
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
            text.add("Next:");
            text.add(
                    "  " + WeftCommand.of("export").path(Path.of(run)).and("--member", name, "--onnx", name + ".onnx"));
            text.add("  " + WeftCommand.of("report").path(Path.of(run)));
        }
        return text;
    }
}
