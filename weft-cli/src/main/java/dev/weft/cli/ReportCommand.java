package dev.weft.cli;

import dev.weft.io.EnvironmentException;
import dev.weft.report.ReportWriter;
import dev.weft.report.RunReport;
import dev.weft.results.RunReports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "report",
        description = "Write the report of a run as one HTML file.",
        footerHeading = "%nExample:%n",
        footer = "  ${ROOT-COMMAND-NAME} report run --out report.html")
final class ReportCommand implements Callable<Integer> {
    /** @param members measured ones */
    record Result(String report, int members, long exported) {}

    @Mixin
    private GlobalOptions options;

    @Parameters(paramLabel = "RUN_DIR", description = "The folder of the run, finished or not.")
    private Path run;

    @Written
    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "The HTML file to write (default: RUN_DIR/report.html).")
    private Path out;

    @Override
    public Integer call() {
        RunFolders.require(run);
        if (out == null && !Files.isWritable(run)) {
            throw new EnvironmentException(
                    run + " is read-only, so its report must be written elsewhere. Say where: --out FILE");
        }
        RunReport report = RunReports.of(run, Installed.kinds());
        Path file = ReportWriter.write(report, out == null ? run.resolve("report.html") : out);
        long exported = report.measured().members().stream()
                .filter(m -> m.exported() != null)
                .count();
        options.result(
                new Result(file.toString(), report.measured().members().size(), exported),
                List.of("Wrote " + file + ": "
                        + Text.count(report.measured().members().size(), "member") + " measured, " + exported
                        + " exported. Open it in a browser; it needs no network."));
        return ExitCode.DONE;
    }
}
