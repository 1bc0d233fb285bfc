package dev.weft.cli;

import dev.weft.io.InputException;
import dev.weft.io.WeftCommand;
import dev.weft.report.ComparisonReport;
import dev.weft.report.ReportWriter;
import dev.weft.results.ComparedRun;
import dev.weft.results.ComparisonTables;
import dev.weft.results.RunComparison;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "compare",
        description = "Compare runs: their members, settings and training curves.",
        footerHeading = "%nExample:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} compare first second --out compare.html",
            "",
            "Members are those that a family keeps and those of the front of each run. What does not compare, as accuracies on other",
            "data or latencies of another machine, is said."
        })
final class CompareCommand implements Callable<Integer> {
    /** @param report the page; null where none was asked for */
    record Result(
            List<Compared> runs, List<RunComparison.Difference> differences, List<String> remarks, String report) {}

    /** A run without its curves, which the page and {@code metrics} have. */
    record Compared(
            String run, String path, boolean complete, String data, String metric, List<ComparedRun.Row> members) {}

    @Mixin
    private GlobalOptions options;

    @Parameters(
            arity = "2..*",
            paramLabel = "RUN",
            description = "The folders of two to eight runs, finished or not, or files of families.")
    private List<Path> runs;

    @Written
    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Write this HTML page with the fronts and the training curves (default: no page is written).")
    private Path out;

    @Override
    public Integer call() {
        for (Path run : runs) {
            if (!Files.exists(run)) {
                throw new InputException(
                        run + " must be the folder of a run or the file of a family, but is not there.");
            }
            if (Files.isDirectory(run)) {
                RunFolders.require(run);
            }
        }
        RunComparison compared = RunComparison.of(runs, Installed.kinds());
        if (out != null) {
            ReportWriter.write(ComparisonTables.report(compared, options.commandLine()), out);
        }
        Result result = new Result(
                compared.runs().stream()
                        .map(run -> new Compared(
                                run.label(),
                                run.path(),
                                run.complete(),
                                run.data(),
                                run.metric().key(),
                                run.members()))
                        .toList(),
                compared.differences(),
                compared.remarks(),
                out == null ? null : out.toString());
        options.result(result, text(compared));
        return ExitCode.DONE;
    }

    private List<String> text(RunComparison compared) {
        List<String> text = new ArrayList<>();
        text.add("Members:");
        text.addAll(lines(ComparisonTables.members(compared)));
        text.add("Settings that differ:");
        text.addAll(lines(ComparisonTables.settings(compared)));
        text.addAll(compared.remarks());
        if (out == null) {
            WeftCommand page = WeftCommand.of("compare");
            for (Path run : runs) {
                page = page.path(run);
            }
            text.add("Next:");
            text.add("  " + page.and("--out", "compare.html"));
        } else {
            text.add("Wrote " + out + ". Open it in a browser; it needs no network.");
        }
        return text;
    }

    private static List<String> lines(ComparisonReport.Table table) {
        List<List<String>> rows = new ArrayList<>(List.of(table.columns()));
        rows.addAll(table.rows());
        int last = table.columns().size() - 1;
        int[] widths = new int[last + 1];
        rows.forEach(row -> {
            for (int i = 0; i < last; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        });
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i <= last; i++) {
                line.append("  ").append(row.get(i));
                line.append(" ".repeat(Math.max(0, widths[i] - row.get(i).length())));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }
}
