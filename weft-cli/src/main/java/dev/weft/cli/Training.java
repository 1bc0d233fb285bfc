package dev.weft.cli;

import dev.weft.io.Progress;
import dev.weft.io.SafetensorsFile;
import dev.weft.io.WeftCommand;
import dev.weft.loss.Role;
import dev.weft.metric.Metric;
import dev.weft.model.Family;
import dev.weft.model.FamilyDescription;
import dev.weft.recipe.RunSettings;
import dev.weft.results.HeldOutResults;
import dev.weft.run.RunFolder;
import dev.weft.sample.StepReport;
import dev.weft.stats.Proportion;
import dev.weft.train.Trainer;
import dev.weft.train.TrainingLine;
import dev.weft.tree.TreeListener;
import dev.weft.tree.TreeRecord;
import dev.weft.tree.TreeTrainer;
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
            int examples) {
        int exitCode() {
            return complete ? ExitCode.DONE : ExitCode.INTERRUPTED;
        }

        /** Names of those that were measured. */
        Set<String> members() {
            return (accuracy == null ? loss : accuracy).keySet();
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
    static Result run(Trainer trainer, GlobalOptions options, BooleanSupplier stop) {
        sayWhetherExact(trainer.settings(), trainer.stepsDone() < trainer.steps(), options);
        long began = System.nanoTime();
        TrainingLine line = TrainingLine.to(options.err());
        boolean complete = trainer.run(stop, List.of(line));
        double seconds = (System.nanoTime() - began) / 1e9;
        Path run = trainer.folder().path();
        if (!complete) {
            line.say("train stopped after step " + trainer.stepsDone() + ", with a checkpoint");
        }
        RunPage.update(run, options, () -> {
            if (complete) {
                Family family = trainer.family();
                HeldOutResults.record(
                        run, family, shownLast(family), trainer.splits().report());
            }
        });
        int examples = trainer.settings().splits().selection().examples();
        Map<String, Double> accuracy =
                complete ? measured(trainer.folder(), trainer.settings(), Metric.ACCURACY) : null;
        return new Result(
                run.toString(),
                complete ? trainer.folder().family().toString() : null,
                complete,
                trainer.stepsDone(),
                trainer.steps(),
                seconds,
                accuracy,
                ends(accuracy, examples, Proportion::low),
                ends(accuracy, examples, Proportion::high),
                complete ? measured(trainer.folder(), trainer.settings(), Metric.LOSS) : null,
                examples);
    }

    /** Trains a tree of supernets until done or stopped. */
    static Result run(TreeTrainer trainer, GlobalOptions options, BooleanSupplier stop) {
        sayWhetherExact(trainer.settings(), trainer.stepsDone() < trainer.steps(), options);
        long began = System.nanoTime();
        Progress progress = Progress.start(options.err(), "train", trainer.stepsDone());
        boolean complete = trainer.run(stop, new ShownTree(progress));
        double seconds = (System.nanoTime() - began) / 1e9;
        TreeRecord tree = trainer.tree();
        progress.done(
                complete
                        ? trainer.stepsDone() + " steps in " + Progress.duration(seconds) + ": "
                                + tree.leaves().size() + " leaves, " + tree.supernetEpochs() + " supernet-epochs"
                        : "stopped after " + trainer.stepsDone() + " steps of finished supernets; " + TreeRecord.FILE
                                + " and checkpoints are kept");
        RunPage.update(trainer.folder().path(), options);
        int examples = trainer.settings().splits().selection().examples();
        Map<String, Double> accuracy =
                complete ? measured(trainer.folder(), trainer.settings(), Metric.ACCURACY) : null;
        return new Result(
                trainer.folder().path().toString(),
                complete ? trainer.folder().family().toString() : null,
                complete,
                trainer.stepsDone(),
                trainer.steps(),
                seconds,
                accuracy,
                ends(accuracy, examples, Proportion::low),
                ends(accuracy, examples, Proportion::high),
                complete ? measured(trainer.folder(), trainer.settings(), Metric.LOSS) : null,
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
                    + WeftCommand.of("train", "RECIPE", "--out", "tuned", "--start")
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

    /** The progress of a tree: the line is of all supernets; what was probed and split stays on the screen. */
    private record ShownTree(Progress progress) implements TreeListener {
        @Override
        public void stepDone(String node, long done, long planned, StepReport report) {
            progress.update(done, planned, "steps", "supernet " + node);
        }

        @Override
        public void evaluated(String node, long steps, Role role, Map<Metric, Double> values) {
            say("train supernet " + node + " step " + steps + ": " + role + " member " + Metric.text(values)
                    + " on the selection split");
        }

        @Override
        public void warned(String line) {
            say("weft: " + line);
        }

        @Override
        public void probed(String node, TreeRecord.Probe probe) {
            say(String.format(
                    Locale.ROOT,
                    "probe supernet %s: %s, cut %.3f, within %.3f",
                    node,
                    probe.choice(),
                    probe.cut(),
                    probe.within()));
        }

        @Override
        public void split(String node, TreeRecord.Split split) {
            say(
                    split.choice() == null
                            ? "split supernet " + node + ": stays whole, " + split.why()
                            : "split supernet " + node + " by " + split.choice() + " into " + split.groups());
        }

        private void say(String line) {
            progress.say(line);
        }
    }
}
