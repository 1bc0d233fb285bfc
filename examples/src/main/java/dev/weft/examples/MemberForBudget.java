package dev.weft.examples;

import dev.weft.pick.FinishedRun;
import dev.weft.pick.GeneratedMembers;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.Recipes;
import dev.weft.space.Member;
import dev.weft.train.Trainer;
import dev.weft.train.TrainingLine;
import java.nio.file.Path;
import java.util.Map;

/** Trains a family together with a generator of its members, then asks the generator for the member of a budget. */
public final class MemberForBudget {
    private MemberForBudget() {}

    /** @param args a recipe with a generator, a new folder, and a budget in the generator's metric */
    public static void main(String[] args) {
        // tag::member-for-budget[]
        Recipe recipe = Recipes.read(args[0]); // a YAML file, or "shiftnas-quick"
        Path run = Path.of(args[1]);
        try (Trainer trainer = Trainer.start(recipe, run, 42)) {
            trainer.run(TrainingLine.to(System.err));
        }
        try (FinishedRun search = FinishedRun.open(run);
                GeneratedMembers generator = new GeneratedMembers(search.family())) {
            double budget = Double.parseDouble(args[2]); // of the recipe's metric, for instance multiply-adds
            Member member = generator.within(budget).orElseThrow(); // no search: the generator has learnt it
            search.keep(Map.of("small", member)); // recalibrated, measured, named; ready for export
            System.out.println(search.measured(member));
        }
        // end::member-for-budget[]
    }
}
