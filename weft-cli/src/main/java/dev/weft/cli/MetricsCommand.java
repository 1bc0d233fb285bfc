package dev.weft.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.io.AtomicFile;
import dev.weft.io.WeftCommand;
import dev.weft.metric.Cell;
import dev.weft.results.RunMetrics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "metrics",
        description = "Write a run's numbers for other programs: CSV, TensorBoard.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} metrics run --steps steps.csv --members members.csv",
            "  ${ROOT-COMMAND-NAME} metrics run --tensorboard logs    and then: tensorboard --logdir logs",
            "",
            "Works while the run trains, and again later: the files are replaced."
        })
final class MetricsCommand implements Callable<Integer> {
    /**
     * @param series of training
     * @param members how many have a row
     * @param written files
     */
    record Result(String run, List<Series> series, int members, List<String> written) {}

    /**
     * The numbers of one metric of one kind of member.
     *
     * @param first value; null where it is no number
     * @param last alike
     * @param cell where they stand in a table of what a sampler or a blend notes; left out elsewhere
     */
    record Series(
            String member,
            String metric,
            int points,
            long lastStep,
            Double first,
            Double last,
            @JsonInclude(JsonInclude.Include.NON_NULL) Cell cell) {}

    @Mixin
    private GlobalOptions options;

    @Parameters(paramLabel = "RUN_DIR", description = "The folder of the run, finished or not.")
    private Path run;

    @Written
    @Option(
            names = "--steps",
            paramLabel = "FILE",
            description =
                    "Write this CSV file with a row for each number of training: step, epoch, member, metric, value, learningRate, seconds; "
                            + "table, row, column and unit say where a number stands that a sampler or a blend noted.")
    private Path steps;

    @Written
    @Option(
            names = "--members",
            paramLabel = "FILE",
            description = "Write this CSV file with a row for each measured member and a column for each metric.")
    private Path members;

    @Written
    @Option(
            names = "--tensorboard",
            paramLabel = "DIR",
            description =
                    "Write a TensorBoard event file for each kind of member into this folder: DIR/largest, DIR/smallest and so on.")
    private Path tensorboard;

    @Override
    public Integer call() {
        RunFolders.require(run);
        RunMetrics metrics = RunMetrics.of(run, Installed.kinds());
        List<String> written = new ArrayList<>();
        if (steps != null) {
            AtomicFile.writeText(steps, metrics.stepsCsv());
            written.add(steps.toString());
        }
        if (members != null) {
            AtomicFile.writeText(members, metrics.membersCsv());
            written.add(members.toString());
        }
        if (tensorboard != null) {
            metrics.writeTensorBoard(tensorboard).forEach(file -> written.add(file.toString()));
        }
        Result result =
                new Result(run.toString(), series(metrics), metrics.members().size(), written);
        options.result(result, text(result));
        return ExitCode.DONE;
    }

    private static List<Series> series(RunMetrics metrics) {
        Map<List<String>, List<RunMetrics.Step>> series = new LinkedHashMap<>();
        metrics.steps()
                .forEach(step -> series.computeIfAbsent(List.of(step.member(), step.metric()), key -> new ArrayList<>())
                        .add(step));
        return series.entrySet().stream()
                .map(e -> new Series(
                        e.getKey().get(0),
                        e.getKey().get(1),
                        e.getValue().size(),
                        e.getValue().get(e.getValue().size() - 1).step(),
                        finite(e.getValue().get(0).value()),
                        finite(e.getValue().get(e.getValue().size() - 1).value()),
                        e.getValue().get(0).cell().orElse(null)))
                .toList();
    }

    private static Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private List<String> text(Result result) {
        List<String> text = new ArrayList<>();
        text.add(String.format(
                Locale.ROOT,
                "%-12s %-16s %8s %10s %12s %12s",
                "member",
                "metric",
                "numbers",
                "last step",
                "first",
                "last"));
        for (Series each : result.series) {
            text.add(String.format(
                    Locale.ROOT,
                    "%-12s %-16s %,8d %,10d %12s %12s",
                    each.member,
                    each.metric,
                    each.points,
                    each.lastStep,
                    number(each.first),
                    number(each.last)));
        }
        text.add(Text.count(result.members, "member") + " measured or kept");
        result.written.forEach(file -> text.add("Wrote " + file));
        if (result.written.isEmpty()) {
            text.add("Next:");
            text.add(
                    "  " + WeftCommand.of("metrics").path(run).and("--steps", "steps.csv", "--members", "members.csv"));
        }
        return text;
    }

    private static String number(Double value) {
        return value == null ? "none" : String.format(Locale.ROOT, "%.5g", value);
    }
}
