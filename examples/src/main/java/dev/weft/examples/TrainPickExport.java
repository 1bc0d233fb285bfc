package dev.weft.examples;

import dev.weft.onnx.ExportOptions;
import dev.weft.onnx.ExportResult;
import dev.weft.pick.FinishedRun;
import dev.weft.pick.SearchLine;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.Recipes;
import dev.weft.search.CoarseToFine;
import dev.weft.search.Constraints;
import dev.weft.search.Objective;
import dev.weft.search.SearchResult;
import dev.weft.space.Member;
import dev.weft.train.Trainer;
import dev.weft.train.TrainingLine;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Trains a family, picks the most accurate member within a budget that is measured here, and ships it with proof. */
public final class TrainPickExport {
    private TrainPickExport() {}

    /** @param args a recipe (a YAML file, or one that comes with Weft) and a new folder for the run */
    public static void main(String[] args) {
        // tag::train-pick-export[]
        Recipe recipe = Recipes.read(args[0]); // a YAML file, or "smoke"
        Path folder = Path.of(args[1]);
        try (Trainer trainer = Trainer.start(recipe, folder, 42)) {
            trainer.run(TrainingLine.to(System.err)); // was it killed? Trainer.resume(folder) goes on
        }
        try (FinishedRun run = FinishedRun.open(folder)) {
            List<Objective> objectives = List.of(Objective.of("accuracy"), Objective.of("latencyMillis"));
            Constraints budget = Constraints.parse("latencyMillis<=2"); // on this machine
            SearchResult found = run.search(new CoarseToFine(), objectives, budget, 42, SearchLine.to(System.err));
            Member best = found.best().get(0).measured().member();
            run.keep(Map.of("best", best)); // in family.safetensors, with its statistics
            ExportResult shipped = run.export("best", ExportOptions.onnx(folder.resolve("best.onnx")));
            System.out.println(best + ": " + shipped.check());
        }
        // end::train-pick-export[]
    }
}
