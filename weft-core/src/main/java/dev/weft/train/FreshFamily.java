package dev.weft.train;

import dev.weft.data.Batches;
import dev.weft.data.Dataset;
import dev.weft.io.Kinds;
import dev.weft.model.Family;
import dev.weft.model.FirstValues;
import dev.weft.ops.Bundle;
import dev.weft.ops.Tensors;
import dev.weft.recipe.Base;
import dev.weft.recipe.Recipe;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** The family that a recipe trains, as it is before the first step: of its seed, its base and its calibration batches. */
final class FreshFamily {
    private FreshFamily() {}

    /**
     * @param recipe with its model bound to the data
     * @param train the training split
     * @param begins whether it is trained from here; one whose weights a checkpoint gives needs neither base nor batches
     */
    static Family of(Recipe recipe, Dataset train, long seed, boolean begins, Kinds kinds) {
        FirstValues first =
                begins ? new FirstValues(base(recipe, kinds), calibration(recipe, train)) : FirstValues.NONE;
        Family family = null;
        boolean done = false;
        try {
            family = Family.of(recipe.model(), seed, recipe.sharing(), kinds, first);
            if (recipe.base() != null && recipe.base().frozen() != null) {
                family.freeze(Pattern.compile(recipe.base().frozen()));
            }
            done = true;
            return family;
        } finally {
            first.base().values().forEach(Tensor::close);
            first.calibration().forEach(Bundle::close);
            if (!done && family != null) {
                family.close();
            }
        }
    }

    private static Map<String, Tensor> base(Recipe recipe, Kinds kinds) {
        Base base = recipe.base();
        return base == null ? Map.of() : base.values(recipe.family(), kinds);
    }

    private static List<Bundle> calibration(Recipe recipe, Dataset train) {
        List<Bundle> inputs = new ArrayList<>();
        if (recipe.calibration() != null) {
            Batches batches = train.batches(Math.min(recipe.data().batchSize(), train.size()), 0);
            for (int i = 0; i < Math.min(recipe.calibration(), batches.stepsPerEpoch()); i++) {
                try (PointerScope scope = new PointerScope()) {
                    inputs.add(batches.batch(i).inputs().map(Tensors::keep));
                }
            }
        }
        return inputs;
    }
}
