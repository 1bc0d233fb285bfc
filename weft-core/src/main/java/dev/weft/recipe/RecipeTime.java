package dev.weft.recipe;

import dev.weft.io.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * How long a recipe trains, as {@code weft recipes time} measured it and wrote it into {@code recipes/times.json}.
 *
 * @param cpuSeconds of the processor for all steps
 * @param steps of the whole training
 * @param measuredSteps that were timed
 * @param processor that they were timed on
 */
public record RecipeTime(double cpuSeconds, long steps, long measuredSteps, String processor) {
    /** The document: times by the name of the recipe, in alphabetical order. */
    public record Times(Map<String, RecipeTime> times) {
        public Times {
            times = Collections.unmodifiableMap(new TreeMap<>(times));
        }
    }

    /** The times of the recipes that come with Weft. */
    public static Map<String, RecipeTime> all() {
        try (InputStream in = RecipeTime.class.getResourceAsStream("/dev/weft/train/recipes/times.json")) {
            return Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), "times.json", Times.class)
                    .times();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
