package dev.weft.results;

import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Runs beside each other: their members, what differs in how they were trained, and what does not compare. Read from files alone.
 *
 * @param runs in the order in which they were given
 * @param differences settings that are not the same in all
 * @param remarks in sentences, what does not compare or is missing
 */
public record RunComparison(List<ComparedRun> runs, List<Difference> differences, List<String> remarks) {
    private static final int MOST = 8;

    /**
     * A setting that differs.
     *
     * @param values one for each run; null where it has no such setting
     */
    public record Difference(String key, List<String> values) {}

    /**
     * Compares the folders of two or more runs, finished or not, or files of families.
     *
     * @throws InputException when one is neither, two are the same, or there are fewer than two or more than eight
     */
    public static RunComparison of(List<Path> paths, Kinds kinds) {
        Set<Path> distinct =
                paths.stream().map(path -> path.toAbsolutePath().normalize()).collect(Collectors.toSet());
        if (paths.size() < 2 || paths.size() > MOST || distinct.size() < paths.size()) {
            throw new InputException(
                    "A comparison must be of two to " + MOST + " different runs, but got " + paths + ".");
        }
        List<String> labels = labels(paths);
        List<ComparedRun> runs = new ArrayList<>();
        for (int i = 0; i < paths.size(); i++) {
            runs.add(ComparedRun.of(paths.get(i), labels.get(i), kinds));
        }
        return new RunComparison(runs, differences(runs), remarks(runs));
    }

    /** The last part of each path; the whole path where two are the same. */
    private static List<String> labels(List<Path> paths) {
        List<String> last = paths.stream()
                .map(path -> path.toAbsolutePath().normalize().getFileName().toString())
                .toList();
        return new HashSet<>(last).size() == last.size()
                ? last
                : paths.stream().map(Path::toString).toList();
    }

    private static List<Difference> differences(List<ComparedRun> runs) {
        Set<String> keys = new LinkedHashSet<>();
        runs.forEach(run -> keys.addAll(run.settings().keySet()));
        List<Difference> differences = new ArrayList<>();
        for (String key : keys) {
            List<String> values = new ArrayList<>();
            runs.forEach(run -> values.add(run.settings().get(key)));
            if (new HashSet<>(values).size() > 1) {
                differences.add(new Difference(key, values));
            }
        }
        return differences;
    }

    private static List<String> remarks(List<ComparedRun> runs) {
        List<String> remarks = new ArrayList<>();
        apart(runs, run -> run.metric().key())
                .ifPresent(groups -> remarks.add("The runs are measured differently, and these figures do not compare: "
                        + said(groups, metric -> "by " + metric) + "."));
        apart(runs, ComparedRun::examplesId).ifPresent(groups -> {
            boolean sameData = runs.stream().map(ComparedRun::data).distinct().count() == 1;
            remarks.add("The runs were measured on different examples, and their figures compare only roughly: "
                    + said(
                            groups,
                            id -> sameData
                                    ? "on a split of its own of "
                                            + groups.get(id).get(0).data()
                                    : "on " + groups.get(id).get(0).data())
                    + ".");
        });
        apart(runs, ComparedRun::machine)
                .ifPresent(groups -> remarks.add(
                        "The latencies are of different machines, settings or ways of measuring, and do not compare: "
                                + said(groups, machine -> "with " + machine) + "."));
        List<ComparedRun> unfinished =
                runs.stream().filter(run -> !run.complete()).toList();
        if (!unfinished.isEmpty()) {
            remarks.add("Not finished yet: " + names(unfinished) + ".");
        }
        List<ComparedRun> unmeasured = runs.stream()
                .filter(run -> run.complete() && run.members().stream().noneMatch(ComparedRun.Row::onFront))
                .toList();
        if (!unmeasured.isEmpty()) {
            remarks.add("No member was measured yet by a search: " + names(unmeasured) + ".");
        }
        return remarks;
    }

    /** The runs by a value, where it is known and differs. */
    private static Optional<Map<String, List<ComparedRun>>> apart(
            List<ComparedRun> runs, Function<ComparedRun, String> value) {
        Map<String, List<ComparedRun>> groups = new LinkedHashMap<>();
        runs.stream().filter(run -> !value.apply(run).isEmpty()).forEach(run -> groups.computeIfAbsent(
                        value.apply(run), key -> new ArrayList<>())
                .add(run));
        return groups.size() > 1 ? Optional.of(groups) : Optional.empty();
    }

    private static String said(Map<String, List<ComparedRun>> groups, Function<String, String> how) {
        return groups.entrySet().stream()
                .map(e -> names(e.getValue()) + " " + how.apply(e.getKey()))
                .collect(Collectors.joining(", "));
    }

    private static String names(List<ComparedRun> runs) {
        return runs.stream().map(ComparedRun::label).collect(Collectors.joining(", "));
    }
}
