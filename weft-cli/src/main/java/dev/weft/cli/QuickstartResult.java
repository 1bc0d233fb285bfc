package dev.weft.cli;

import dev.weft.io.WeftCommand;
import dev.weft.metric.Metrics;
import dev.weft.stats.Proportion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What {@code quickstart} answers; kept in the run as {@value #FILE}.
 *
 * @param front from the fastest member to the slowest
 * @param exported fast, balanced and accurate, all of the front; on a front of fewer than three some are one member
 * @param testAccuracy on the report split, of the largest and the smallest member
 * @param testImages of the report split; null in a result of an earlier version
 * @param seconds of all steps of the command that finished
 */
record QuickstartResult(
        String family,
        String report,
        List<FrontMember> front,
        List<Exported> exported,
        TestAccuracy testAccuracy,
        Integer testImages,
        double seconds) {
    static final String FILE = "quickstart.json";

    /** The accuracy on the report split of the largest and the smallest member of the space. */
    record TestAccuracy(double largest, double smallest) {}

    /**
     * One exported member.
     *
     * @param name that the family gives it
     * @param testAccuracy of the ONNX file, on the report split
     * @param testAccuracyLow the lower end of its 95 % interval; {@code testAccuracyHigh} the upper end
     */
    record Exported(
            String name,
            String member,
            String onnx,
            String safetensors,
            double maxAbsError,
            double top1Agreement,
            double latencyMillisP50,
            double testAccuracy,
            Double testAccuracyLow,
            Double testAccuracyHigh) {
        private Exported in(Path run) {
            return new Exported(
                    name,
                    member,
                    run.resolve(onnx).toString(),
                    run.resolve(safetensors).toString(),
                    maxAbsError,
                    top1Agreement,
                    latencyMillisP50,
                    testAccuracy,
                    testAccuracyLow,
                    testAccuracyHigh);
        }
    }

    /** This result with the files, which are kept relative to the run, as seen from here. */
    QuickstartResult in(Path run) {
        return new QuickstartResult(
                run.resolve(family).toString(),
                run.resolve(report).toString(),
                front,
                exported.stream().map(e -> e.in(run)).toList(),
                testAccuracy,
                testImages,
                seconds);
    }

    /** Whether the files are still there, as seen from here. */
    boolean isThere() {
        return Files.exists(Path.of(report))
                && exported.stream()
                        .allMatch(e -> Files.exists(Path.of(e.onnx)) && Files.exists(Path.of(e.safetensors)));
    }

    private String shown(double share) {
        return testImages == null ? Text.percent(share) : Text.percent(new Proportion(share, testImages));
    }

    List<String> text(Path run) {
        List<String> text = new ArrayList<>();
        text.add("");
        text.add("Pareto front, accuracy (selection split) against latency (one image, one thread, measured here):");
        text.addAll(FrontMember.table(front, Metrics.BUILT_IN));
        text.add("");
        text.add("Exported, each proven equal to the member that was measured:");
        text.add(String.format(
                Locale.ROOT,
                "  %-9s %21s %11s %10s %11s  %s",
                "name",
                "test accuracy",
                "latency",
                "max error",
                "same class",
                "file"));
        for (Exported e : exported) {
            text.add(String.format(
                    Locale.ROOT,
                    "  %-9s %21s %11s %10s %11s  %s",
                    e.name,
                    Text.percent(e.testAccuracy, e.testAccuracyLow, e.testAccuracyHigh),
                    Text.millis(e.latencyMillisP50),
                    Text.scientific(e.maxAbsError),
                    Text.percent(e.top1Agreement),
                    e.onnx));
        }
        text.add("");
        text.add("Largest member: " + shown(testAccuracy.largest) + " of the test images, smallest: "
                + shown(testAccuracy.smallest) + ".");
        text.add("Family: " + family);
        text.add("Report: " + report);
        text.add("");
        text.add("Next:");
        text.add("  " + WeftCommand.of("search").path(run).and("--constraint", "latencyMillis<=0.5", "--name", "mine"));
        text.add("  " + WeftCommand.of("export").path(run).and("--member", "mine", "--onnx", "mine.onnx"));
        text.add("  " + WeftCommand.of("quickstart", "--data", "DIR", "--out", "RUN")
                + "      your own images, a folder per class");
        return text;
    }
}
