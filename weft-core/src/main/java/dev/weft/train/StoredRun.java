package dev.weft.train;

import dev.weft.data.Splits;
import dev.weft.io.Kinds;
import dev.weft.recipe.DataProvenance;
import dev.weft.recipe.RunSettings;
import dev.weft.run.RunFolder;
import java.nio.file.Path;
import java.util.Optional;

/** What the folder of a run says about it: its settings, and through them its data. */
public final class StoredRun {
    private StoredRun() {}

    /**
     * Opens the data of a run, and notes in its settings where it lies, when that is elsewhere.
     *
     * @param data where it lies now; empty for where it was
     * @param kinds that the settings may name
     * @throws dev.weft.io.InputException when it is not there, or does not hold what training had
     */
    public static Splits reopen(RunFolder run, RunSettings settings, Optional<String> data, Kinds kinds) {
        DataProvenance origin = settings.origin();
        String place = data.orElse(origin.data().source());
        Splits splits = origin.open(settings.recipe().model().input(), place);
        if (!place.equals(origin.data().source())) {
            run.saveConfig(settings.at(splits).yaml(kinds));
        }
        return splits;
    }

    /** The settings of the run in {@code folder}. */
    public static RunSettings settings(Path folder) {
        return settings(folder, Kinds.builtIn());
    }

    /** The same, of a run whose recipe may name more kinds. */
    public static RunSettings settings(Path folder, Kinds kinds) {
        return RunSettings.read(folder.resolve("config.yaml"), kinds);
    }
}
