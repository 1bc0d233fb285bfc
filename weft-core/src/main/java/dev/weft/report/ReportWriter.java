package dev.weft.report;

import dev.weft.io.AtomicFile;
import java.nio.file.Path;

/** Writes a report as one HTML file that holds its data, style and scripts and loads nothing. */
public final class ReportWriter {
    private ReportWriter() {}

    /**
     * Writes the page of a run, replacing the file if it exists. The file appears whole or not at all.
     *
     * @return {@code file}
     * @throws dev.weft.io.InputException when it cannot be written
     */
    public static Path write(RunReport report, Path file) {
        AtomicFile.writeText(file, new RunPage(report).html());
        return file;
    }

    /**
     * Writes the page of a reproduced experiment, replacing the file if it exists. The file appears whole or not at all.
     *
     * @return {@code file}
     * @throws dev.weft.io.InputException when it cannot be written
     */
    public static Path write(ExperimentReport report, Path file) {
        AtomicFile.writeText(file, new ExperimentPage(report).html());
        return file;
    }

    /**
     * Writes the page of a diagnosis, replacing the file if it exists. The file appears whole or not at all.
     *
     * @return {@code file}
     * @throws dev.weft.io.InputException when it cannot be written
     */
    public static Path write(DiagnosisReport report, Path file) {
        AtomicFile.writeText(file, new DiagnosisPage(report).html());
        return file;
    }

    /**
     * Writes the page about a ranking, replacing the file if it exists. The file appears whole or not at all.
     *
     * @return {@code file}
     * @throws dev.weft.io.InputException when it cannot be written
     */
    public static Path write(RankingReport report, Path file) {
        AtomicFile.writeText(file, new RankingPage(report).html());
        return file;
    }

    /**
     * Writes the page about several runs, replacing the file if it exists. The file appears whole or not at all.
     *
     * @return {@code file}
     * @throws dev.weft.io.InputException when it cannot be written
     */
    public static Path write(ComparisonReport report, Path file) {
        AtomicFile.writeText(file, new ComparisonPage(report).html());
        return file;
    }
}
