package dev.weft.trust;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.io.Kinds;
import dev.weft.io.Yaml;
import dev.weft.model.ModelDefinition;
import dev.weft.recipe.DataSettings;
import dev.weft.recipe.TrainSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code config.yaml} of a trust report's folder holds: everything that decides the numbers of its trainings, but how many there
 * are, so that more can be added.
 *
 * @param seed of the first training of each member
 * @param threads of libtorch
 * @param model the family's
 * @param members lines of those that are compared
 * @param data of the trainings; absent where the truth is given
 * @param train of the trainings; absent where the truth is given
 */
record TrustPlan(
        int formatVersion,
        long seed,
        int threads,
        ModelDefinition model,
        List<String> members,
        @JsonInclude(JsonInclude.Include.NON_NULL) DataSettings data,
        @JsonInclude(JsonInclude.Include.NON_NULL) TrainSettings train) {
    static final int FORMAT_VERSION = 1;

    TrustPlan {
        members = List.copyOf(members);
    }

    /**
     * Refuses a folder that was begun by another plan: its trainings would not compare.
     *
     * @param anyPlace whether the data may lie elsewhere than before
     * @param kinds that the plan may name
     * @throws InputException naming what differs
     */
    void requireSame(Path folder, boolean anyPlace, Kinds kinds) {
        Path file = folder.resolve("config.yaml");
        if (!Files.exists(file)) {
            return;
        }
        TrustPlan before = Yaml.read(file, TrustPlan.class, kinds);
        Map<String, List<Object>> both = new LinkedHashMap<>();
        both.put("format", List.of(before.formatVersion, formatVersion));
        both.put("seed", List.of(before.seed, seed));
        both.put("family", List.of(Json.writeLine(before.model), Json.writeLine(model)));
        both.put("members", List.of(before.members, members));
        both.put("data", List.of(text(before.data, anyPlace), text(data, anyPlace)));
        both.put("training", List.of(Json.writeLine(before.train), Json.writeLine(train)));
        both.forEach((what, values) -> {
            if (!values.get(0).equals(values.get(1))) {
                throw new InputException(
                        folder + " was begun with other settings (" + what
                                + "), and what it has trained would not compare. Give those settings, or another folder: --out DIR");
            }
        });
    }

    private static String text(DataSettings data, boolean anyPlace) {
        return Json.writeLine(data == null || !anyPlace ? data : data.withSource(""));
    }
}
