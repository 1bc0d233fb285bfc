package dev.weft.cli;

import dev.weft.io.InputException;
import dev.weft.io.Setting;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Keys of a recipe that the command line sets; use it as {@code @Mixin RecipeSettings settings;}. */
final class RecipeSettings {
    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "Set a key of the recipe, as train.epochs=3 or model.blocks.0.numHeads=[1,2]. May be repeated. An empty value "
                            + "removes the key.")
    private List<String> given = new ArrayList<>();

    List<Setting> all() {
        return given.stream().map(Setting::of).toList();
    }

    /**
     * Refuses an option beside the key that it stands for.
     *
     * @param value of the option; {@code null} where it is not given
     */
    RecipeSettings without(String option, Object value, String key) {
        for (Setting setting : all()) {
            if (value != null && setting.overlaps(key)) {
                throw new InputException(
                        option + " and --set " + setting + " set the same key, " + key + ". Give one of them.");
            }
        }
        return this;
    }
}
