package dev.weft.lab;

import dev.weft.io.InputException;
import dev.weft.io.WeftCommand;
import java.nio.file.Path;

/**
 * What a user decides about a reproduction.
 *
 * @param seeds repetitions, with the seeds 1 to this number; a later call may raise it and keeps what is measured
 * @param smoke everything in a minute, to see that it works: one seed, and the numbers say nothing about the claim
 * @param data a name of {@code weft data}, or a folder
 * @param epochs of every arm, where the time of an arm is counted in epochs; {@code null} for the system's own number
 * @param maps whether arms with other maps from logits to mixing weights are run too, where a system has such
 */
public record ReproductionSettings(int seeds, boolean smoke, String data, Integer epochs, boolean maps) {
    private static final int MAX_SEEDS = 1000;
    private static final int MAX_EPOCHS = 100_000;

    public ReproductionSettings {
        if (seeds < 1 || seeds > MAX_SEEDS) {
            throw new InputException("seeds must be from 1 to " + MAX_SEEDS + ", but is " + seeds + ".");
        }
        if (epochs != null && (epochs < 1 || epochs > MAX_EPOCHS)) {
            throw new InputException("epochs must be from 1 to " + MAX_EPOCHS + ", but is " + epochs + ".");
        }
        if (data == null || data.isBlank()) {
            throw new InputException(
                    "data must be a name that " + WeftCommand.of("data") + " lists, or a folder, but is empty.");
        }
    }

    /** Settings without arms for other maps. */
    public ReproductionSettings(int seeds, boolean smoke, String data, Integer epochs) {
        this(seeds, smoke, data, epochs, false);
    }

    /**
     * The command that repeats an experiment with these settings.
     *
     * @param repeats how many seeds the folder holds, which may be more than were asked for
     */
    public WeftCommand command(String system, int repeats, Path folder) {
        WeftCommand command = WeftCommand.of("reproduce", system);
        command = smoke ? command.and("--smoke") : command;
        command = maps ? command.and("--maps") : command;
        command = epochs == null ? command : command.and("--epochs", epochs.toString());
        return command.and("--seeds", String.valueOf(repeats), "--data", data).path("--out", folder);
    }
}
