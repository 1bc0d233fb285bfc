package dev.weft.examples;

import dev.weft.model.Family;
import dev.weft.recipe.Base;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.Recipes;
import dev.weft.train.Trainer;
import dev.weft.train.TrainingLine;
import java.nio.file.Path;

/** Searches by gradient, then goes on with the member that was chosen, from the weights it inherits. */
public final class SearchByGradient {
    private SearchByGradient() {}

    /** @param args a recipe whose weights are blended, and a new folder */
    public static void main(String[] args) {
        // tag::search-by-gradient[]
        Recipe recipe = Recipes.read(args[0]); // a YAML file, or "tanglenas-mobile-quick"
        Path folder = Path.of(args[1]);
        try (Trainer trainer = Trainer.start(recipe, folder.resolve("search"), 42)) {
            trainer.run(TrainingLine.to(System.err));
        }
        Path family = folder.resolve("search/family.safetensors").toAbsolutePath();
        Base chosen = Base.of(family.toString(), "chosen", Base.Weights.INHERITED); // or FRESH
        try (Trainer trainer = Trainer.start(recipe.from(chosen), folder.resolve("tuned"), 42)) {
            trainer.run(TrainingLine.to(System.err));
        }
        try (Family searched = Family.open(family);
                Family tuned = Family.open(folder.resolve("tuned/family.safetensors"))) {
            System.out.println(searched.member("chosen"));
            System.out.println(searched.members().get("chosen").measurements());
            System.out.println(tuned.members().get("largest").measurements()); // of a plain model, the one there is
        }
        // end::search-by-gradient[]
    }
}
