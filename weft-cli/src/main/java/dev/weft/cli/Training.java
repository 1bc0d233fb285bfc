package dev.weft.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.io.SafetensorsFile;
import dev.weft.io.WeftCommand;
import dev.weft.loss.Role;
import dev.weft.metric.Metric;
import dev.weft.model.Family;
import dev.weft.model.FamilyDescription;
import dev.weft.recipe.RunSettings;
import dev.weft.results.HeldOutResults;
import dev.weft.run.RunFolder;
import dev.weft.stats.Proportion;
import dev.weft.train.TrainingLine;
import dev.weft.train.TrainingRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.ToDoubleFunction;

/** Training as the commands show it: progress while it runs, and what came out. */
final class Training {
    /**
     * What {@code train} and {@code resume} answer.
     *
     * @param family the file, or null where training was interrupted
     * @param steps done so far
     * @param seconds of this command
     * @param accuracy on the selection split, by name of the member; null of a family that is not measured by it
     * @param accuracyLow the lower ends of their 95 % intervals; {@code accuracyHigh} the upper ends
     * @param loss alike, in nats a prediction
     * @param metrics what else an input is measured by, by key and member; null where it is nothing
     * @param examples of the selection split
     */
    record Result(
            String run,
            String family,
            boolean complete,
            long steps,
            long plannedSteps,
            double seconds,
            Map<String, Double> accuracy,
            Map<String, Double> accuracyLow,
            Map<String, Double> accuracyHigh,
            Map<String, Double> loss,
            @JsonInclude(JsonInclude.Include.NON_NULL) Map<String, Map<String, Double>> metrics,
            int examples) {
        int exitCode() {
            return complete ? ExitCode.DONE : ExitCode.INTERRUPTED;
        }

        /** Names of those that were measured. */
        Set<String> members() {
            return (accuracy != null
                            ? accuracy
                            : loss != null ? loss : metrics.values().iterator().next())
                    .keySet();
        }
    }

    private Training() {}

    private static void sayWhetherExact(RunSettings settings, boolean stepsAreLeft, GlobalOptions options) {
        if (stepsAreLeft && !settings.resumesExactly()) {
            options.err()
                    .println(
                            "weft: this run was begun by an earlier version of Weft, which drew random numbers in another way: "
                                    + "it goes on from its weights, but not to the same bits as if it had never been stopped");
        }
    }

    /** Trains until done or stopped. */
    static Result run(TrainingRun training, GlobalOptions options, BooleanSupplier stop) {
        sayWhetherExact(training.settings(), !training.isOver(), options);
        long began = System.nanoTime();
        TrainingLine line = TrainingLine.to(options.err());
        boolean complete = training.run(stop, List.of(line));
        double seconds = (System.nanoTime() - began) / 1e9;
        Path run = training.folder().path();
        if (!complete) {
            line.say("train stopped after " + training.place() + ", with a checkpoint");
        }
        RunPage.update(run, options, () -> training.inMemory()
                .filter(family -> complete)
                .ifPresent(family -> HeldOutResults.record(
                        run, family, shownLast(family), training.splits().report())));
        int examples = training.settings().splits().selection().examples();
        Map<String, Double> accuracy =
                complete ? measured(training.folder(), training.settings(), Metric.ACCURACY) : null;
        return new Result(
                run.toString(),
                complete ? training.folder().family().toString() : null,
                complete,
                training.stepsDone(),
                training.steps(),
                seconds,
                accuracy,
                ends(accuracy, examples, Proportion::low),
                ends(accuracy, examples, Proportion::high),
                complete ? measured(training.folder(), training.settings(), Metric.LOSS) : null,
                complete ? others(training.folder(), training.settings()) : null,
                examples);
    }

    /** The names of the members that training keeps, the one that most readers want to see last: pages show the latest first. */
    private static List<String> shownLast(Family family) {
        List<String> order = List.of(Role.SMALLEST.toString(), Role.LARGEST.toString(), Role.CHOSEN.toString());
        return family.members().keySet().stream()
                .sorted(Comparator.comparing(order::indexOf))
                .toList();
    }

    /** Prints the result and what to do next. */
    static void print(Result result, GlobalOptions options) {
        List<String> text = new ArrayList<>();
        Path run = Path.of(result.run());
        if (!result.complete()) {
            text.add("Stopped after " + result.steps() + " of " + result.plannedSteps() + " steps. Continue with: "
                    + WeftCommand.of("resume").path(run));
        } else {
            text.add("Family: " + result.family());
            add(text, Metric.ACCURACY, result.accuracy(), result.examples());
            add(text, Metric.LOSS, result.loss(), result.examples());
            if (result.metrics() != null) {
                result.metrics()
                        .forEach((key, values) -> values.forEach((member, value) -> text.add(String.format(
                                Locale.ROOT, "  %-9s %s %.4f on the selection split", member, key, value))));
            }
            text.add("Next:");
            text.addAll(next(run, result.members()));
        }
        options.result(result, text);
    }

    /** A model of one member has nothing to search; after a search by gradient its choice is what matters. */
    private static List<String> next(Path run, Set<String> members) {
        List<String> next = new ArrayList<>();
        boolean one = members.equals(Set.of("largest"));
        if (!one) {
            next.add("  " + WeftCommand.of("search").path(run).and("--constraint", "latencyMillis<=1"));
        }
        String chosen = Role.CHOSEN.toString();
        String shown = members.contains(chosen) ? chosen : one ? "largest" : "smallest";
        next.add(
                "  " + WeftCommand.of("evaluate").path(run).and("--member", shown.equals(chosen) ? chosen : "largest"));
        next.add("  " + WeftCommand.of("export").path(run).and("--member", shown, "--onnx", shown + ".onnx"));
        if (shown.equals(chosen)) {
            next.add("  "
                    + WeftCommand.of("train", "RECIPE", "--out", "tuned", "--base")
                            .path(run));
        }
        next.add("  " + WeftCommand.of("report").path(run));
        return next;
    }

    /** One end of the interval of each accuracy; null where there are none. */
    private static Map<String, Double> ends(
            Map<String, Double> accuracy, int examples, ToDoubleFunction<Proportion> end) {
        if (accuracy == null) {
            return null;
        }
        Map<String, Double> ends = new LinkedHashMap<>();
        accuracy.forEach((member, share) -> ends.put(member, end.applyAsDouble(new Proportion(share, examples))));
        return ends;
    }

    private static void add(List<String> text, Metric metric, Map<String, Double> values, int examples) {
        if (values != null) {
            values.forEach((member, value) -> text.add(String.format(
                    Locale.ROOT, "  %-9s %s on the selection split", member, Text.metric(metric, value, examples))));
        }
    }

    /** What members are measured by beside accuracy, loss and what follows from them. */
    private static Map<String, Map<String, Double>> others(RunFolder run, RunSettings settings) {
        Map<String, Map<String, Double>> others = new LinkedHashMap<>();
        settings.recipe().model().input().metrics().stream()
                .filter(metric -> !List.of(Metric.ACCURACY, Metric.LOSS, Metric.PERPLEXITY)
                        .contains(metric))
                .forEach(metric -> others.put(metric.key(), measured(run, settings, metric)));
        return others.isEmpty() ? null : others;
    }

    /** The kept members of the trained family, or null when they are not measured so. */
    private static Map<String, Double> measured(RunFolder run, RunSettings settings, Metric metric) {
        if (!settings.recipe().model().input().metrics().contains(metric)) {
            return null;
        }
        Map<String, Double> values = new LinkedHashMap<>();
        SafetensorsFile file = SafetensorsFile.open(run.family());
        for (FamilyDescription.Kept kept :
                FamilyDescription.of(file, Installed.kinds()).orElseThrow().members()) {
            Double value = kept.measurements().get(metric.key());
            if (value != null) {
                values.put(kept.name(), value);
            }
        }
        return values;
    }
}
