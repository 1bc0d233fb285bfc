package dev.weft.recipe;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.io.Json;
import java.util.Map;

/**
 * A recipe that comes with Weft in a line.
 *
 * @param description as the recipe has it
 * @param model kind of the model
 * @param sampler kind of the sampler
 * @param data what it trains on
 * @param quick whether it is sized for one core and data in the jar, and its time was measured
 * @param cpuSeconds of the core that trained it once; absent where nobody measured
 */
public record RecipeSummary(
        String name,
        String description,
        String model,
        String sampler,
        String data,
        boolean quick,
        @JsonInclude(JsonInclude.Include.NON_NULL) Integer cpuSeconds) {
    /** @throws dev.weft.io.InputException when there is no recipe of this name */
    public static RecipeSummary of(String name) {
        Recipe recipe = Recipes.read(name);
        RecipeTime time = RecipeTime.all().get(name);
        return new RecipeSummary(
                name,
                recipe.description(),
                kind(recipe.model()),
                kind(recipe.train().sampler()),
                recipe.data().source(),
                time != null,
                time == null ? null : (int) Math.round(time.cpuSeconds()));
    }

    private static String kind(Object settings) {
        return String.valueOf(
                Json.parse(Json.write(settings), "settings", Map.class).get("kind"));
    }
}
