package dev.weft.lab.study;

import dev.weft.io.InputException;
import dev.weft.io.Suggest;
import dev.weft.io.WeftCommand;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;

/**
 * What a user decides about a study.
 *
 * @param seeds repetitions, with the seeds 1 to this number; a later call may raise it and keeps what is measured
 * @param smoke everything in a minute, to see that it works: the numbers say nothing about the claim, and none is tested
 * @param data a name of {@code weft data}, or a folder
 * @param epochs budgets, each a number as {@link Study#budget} means it; empty for the study's own
 * @param with names of {@link Study.Part}s; a later call may add some
 */
public record StudySettings(int seeds, boolean smoke, String data, List<Integer> epochs, List<String> with) {
    private static final int MAX_SEEDS = 1000;
    private static final int MAX_EPOCHS = 100_000;

    public StudySettings {
        if (seeds < 1 || seeds > MAX_SEEDS) {
            throw new InputException("seeds must be from 1 to " + MAX_SEEDS + ", but is " + seeds + ".");
        }
        for (int budget : epochs) {
            if (budget < 1 || budget > MAX_EPOCHS) {
                throw new InputException("epochs must be from 1 to " + MAX_EPOCHS + ", but is " + budget + ".");
            }
        }
        if (data == null || data.isBlank()) {
            throw new InputException(
                    "data must be a name that " + WeftCommand.of("data") + " lists, or a folder, but is empty.");
        }
        epochs = List.copyOf(new TreeSet<>(epochs));
        with = List.copyOf(new TreeSet<>(with));
    }

    /** Whether a part was asked for. */
    public boolean has(String part) {
        return with.contains(part);
    }

    /** Refuses parts that the study has not. */
    void requireFit(Study study) {
        List<String> known = study.parts().stream().map(Study.Part::name).toList();
        for (String name : with) {
            if (known.isEmpty()) {
                throw new InputException(
                        study.name() + " must be run without --with: it has no parts to add, but got " + name + ".");
            }
            if (!known.contains(name)) {
                throw new InputException(Suggest.unknown("part of " + study.name(), name, known));
            }
        }
    }

    /** The command that repeats the study in that folder. */
    WeftCommand command(String study, Path folder) {
        WeftCommand command = WeftCommand.of("reproduce", study);
        command = smoke ? command.and("--smoke") : command;
        for (String part : with) {
            command = command.and("--with", part);
        }
        if (!epochs.isEmpty()) {
            command = command.and(
                    "--epochs",
                    String.join(",", epochs.stream().map(String::valueOf).toList()));
        }
        return command.and("--seeds", String.valueOf(seeds), "--data", data).path("--out", folder);
    }
}
