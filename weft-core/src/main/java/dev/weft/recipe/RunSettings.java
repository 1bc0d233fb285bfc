package dev.weft.recipe;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.data.Splits;
import dev.weft.data.SplitsRecord;
import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import dev.weft.io.Yaml;
import dev.weft.model.Family;
import dev.weft.ops.Devices;
import dev.weft.ops.Libtorch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch;

/**
 * What {@code config.yaml} of a run holds: everything that decides its numbers.
 *
 * @param seed of weights, splits, order of examples, sampling and dropout
 * @param threads of libtorch; the same number gives the same sums
 * @param device that it trains on, see {@link Devices}; the CPU where an earlier version wrote none
 * @param recipe with the model's input filled in
 * @param splits what the data was cut into, to be found again wherever the run's data is opened
 * @param kinds where the recipe's kinds come from that are not Weft's; none in most runs
 */
public record RunSettings(
        int formatVersion,
        long seed,
        int threads,
        String device,
        Recipe recipe,
        SplitsRecord splits,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> kinds) {
    public static final int FORMAT_VERSION = 2;

    /** The format before random numbers came from {@link dev.weft.seed.RandomStream}; all else is as now. */
    private static final int OTHER_RANDOM_NUMBERS = 1;

    public RunSettings {
        device = device == null ? Devices.CPU : device;
        kinds = kinds == null ? Map.of() : kinds;
    }

    /**
     * The settings of a run that is about to begin.
     *
     * @param recipe its model may leave the input open; it is taken from the data
     * @param kinds that the recipe may name
     */
    public static RunSettings of(Recipe recipe, Splits splits, long seed, Kinds kinds) {
        Libtorch.load(); // what cannot train here is refused before anything is written
        Integer asked = recipe.train().threads();
        Recipe bound = recipe.on(recipe.data().input(splits), kinds);
        return new RunSettings(
                FORMAT_VERSION,
                seed,
                asked == null ? torch.get_num_threads() : asked,
                Devices.name(),
                bound,
                splits.record(),
                kinds.sources(bound));
    }

    /**
     * Reads the settings of a run.
     *
     * @param config its {@code config.yaml}
     * @param kinds that its recipe may name
     * @throws InputException when the file is none, or another version of Weft wrote it
     */
    public static RunSettings read(Path config, Kinds kinds) {
        RunSettings settings = Yaml.read(config, RunSettings.class, kinds);
        if (!settings.isReadable() || settings.recipe() == null) {
            throw new InputException(config + " must have formatVersion " + FORMAT_VERSION + " and a recipe, but has "
                    + settings.formatVersion() + ". Use the version of Weft that wrote it.");
        }
        return settings;
    }

    /**
     * These settings as {@code config.yaml} has them.
     *
     * @throws InputException when they could not be read back as they are, so that the run could not be resumed
     */
    public String yaml(Kinds known) {
        return Yaml.writeReadable(this, "The settings of a run", known);
    }

    /** The settings of the run that a family's file lies in; empty where it lies elsewhere, or the settings are not those of a run. */
    static Optional<RunSettings> beside(Path family, Kinds kinds) {
        Path config = family.toAbsolutePath().resolveSibling("config.yaml");
        if (!Files.exists(config)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Yaml.read(config, RunSettings.class, kinds))
                    .filter(settings -> settings.recipe() != null);
        } catch (InputException e) {
            return Optional.empty(); // another program's file, or a damaged one: the family's own notes serve
        }
    }

    /** What the run trains on, and the way to open it again. */
    public DataProvenance origin() {
        return new DataProvenance(recipe.data(), seed, recipe.train().calibrationBatches(), splits);
    }

    /** Writes that into the notes of a family, which travel with its members into their files. */
    public void noteOrigin(Family family) {
        origin().noteIn(family);
    }

    /** The same, with the data at the place where these splits were opened. */
    public RunSettings at(Splits moved) {
        Recipe there = recipe.with(recipe.data().withSource(moved.source()), recipe.train());
        return new RunSettings(formatVersion, seed, threads, device, there, moved.record(), kinds);
    }

    /** Whether this version can open the run and go on with it. */
    private boolean isReadable() {
        return formatVersion == FORMAT_VERSION || formatVersion == OTHER_RANDOM_NUMBERS;
    }

    /** Whether resuming gives the same numbers as never having stopped: not where an earlier version began the run. */
    public boolean resumesExactly() {
        return formatVersion == FORMAT_VERSION;
    }
}
