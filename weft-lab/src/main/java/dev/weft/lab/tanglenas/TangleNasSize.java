package dev.weft.lab.tanglenas;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.io.Setting;
import dev.weft.lab.study.StudySize;
import dev.weft.model.ConvNet;
import dev.weft.model.ModelDefinition;
import dev.weft.recipe.Recipes;
import dev.weft.weight.blend.Blend;
import java.util.List;

/**
 * How large the experiment is; the same for all arms.
 *
 * @param model the space of members; its input is bound to the data
 * @param smallModel a part of that space so small that every member can be trained alone
 * @param budgets epochs of a member that is trained alone, over all training images. A search by gradient has twice as many, over
 *     the half of them that trains weights, and single path twice as many again: one gradient step in place of two
 * @param batchSize of training and recalibration
 * @param selectionSize images beside the training images, on which nothing is trained or chosen: the curve of the search is
 *     measured on them
 * @param rates learning rates
 * @param norm how batch norm treats what is blended
 * @param calibrationBatches before every evaluation
 * @param curveEveryEpochs how often the member that a search by gradient would choose is measured during the search
 * @param compared what the search by gradient is compared with
 * @param cost the budget of the search that has one
 * @param timingRounds of steps that are timed in turn
 * @param cells spaces of cells that are searched as well
 */
record TangleNasSize(
        ConvNet model,
        ConvNet smallModel,
        List<Integer> budgets,
        int batchSize,
        int selectionSize,
        Rates rates,
        Blend.Norm norm,
        int calibrationBatches,
        int curveEveryEpochs,
        Compared compared,
        Budget cost,
        int timingRounds,
        @JsonProperty(defaultValue = "[]") List<Cells> cells)
        implements StudySize {
    TangleNasSize {
        budgets = List.copyOf(budgets);
        cells = List.copyOf(cells);
    }

    /**
     * A space of cells, by a recipe that comes with Weft.
     *
     * @param name of its arm
     * @param set keys of the recipe that are set
     */
    record Cells(String name, String recipe, List<String> set) {
        ModelDefinition model() {
            return Recipes.read(recipe, set.stream().map(Setting::of).toList()).model();
        }
    }

    /**
     * Learning rates at the start.
     *
     * @param weights of every search
     * @param alone of a member that is trained alone
     * @param logits of the blend
     */
    record Rates(double weights, double alone, double logits) {}

    /**
     * What else finds members.
     *
     * @param candidates of random search
     * @param population of evolution
     * @param generations of evolution
     * @param random members drawn for each seed
     * @param matched members drawn for each seed, of about the cost of the member that was chosen
     */
    record Compared(int candidates, int population, int generations, int random, int matched) {}

    /**
     * A budget of parameters.
     *
     * @param factor of the cost's term in the loss
     * @param target as a part of the largest member's parameters
     */
    record Budget(double factor, double target) {}
}
