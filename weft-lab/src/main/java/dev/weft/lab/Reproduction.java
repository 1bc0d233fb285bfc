package dev.weft.lab;

import dev.weft.report.ExperimentReport;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** One published system with its baselines, measured on data one has. */
public interface Reproduction {
    /** What {@code weft reproduce} calls it: lower case, without blanks. */
    String name();

    ExperimentReport.Paper paper();

    /** One line for lists: what is compared. */
    String description();

    /** The data it is meant for, where the user names none. */
    String data();

    /**
     * Runs every arm for every seed, or what a former call in the same folder left undone, and writes {@code results.json} and
     * {@code report.html} there.
     *
     * @param stop asked between training steps and between measurements
     * @return empty when stopped; the same call goes on from there
     * @throws dev.weft.io.InputException when the folder holds something else, or the data do not fit
     */
    Optional<Results> run(
            ReproductionSettings settings, Path folder, ReproductionProgress progress, BooleanSupplier stop);
}
