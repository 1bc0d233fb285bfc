package dev.weft.train;

import dev.weft.architecture.ArchitectureStep;
import dev.weft.data.Batches;
import dev.weft.data.Splits;
import dev.weft.io.Kinds;
import dev.weft.model.Family;
import dev.weft.nn.BatchStatistics;
import dev.weft.recipe.Phase;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.TrainSettings;
import dev.weft.sample.Sampling;
import dev.weft.step.Update;
import java.util.ArrayList;
import java.util.List;

/** What must hold before a recipe trains, found out on shapes without data. */
public final class RecipeFit {
    private RecipeFit() {}

    /**
     * Refuses, before anything is written, what could not train.
     *
     * @param recipe with its model bound to the data
     * @param kinds that the families may name from which it learns
     */
    public static void require(Recipe recipe, Splits splits, Kinds kinds) {
        TrainSettings train = recipe.train();
        TrainingParts data = TrainingParts.of(recipe, splits.train(), 0);
        if (train.architecture() != null) {
            train.architecture().costOf(recipe.family());
        }
        if (train.best() != null) {
            BestWeights.metric(train.best(), recipe.model().input());
        }
        Batches batches = recipe.data().batches(data.weights(), 0);
        try (Family shapes = Family.ofShapes(recipe.model(), recipe.sharing(), kinds)) {
            for (Phase phase : train.phases()) {
                phase.within(shapes.space());
                if (!phase.sortChannels().isEmpty()) {
                    ChannelSorting.requireSortable(recipe.model(), recipe.sharing(), phase.sorting(shapes.space()));
                }
            }
            if (recipe.base() != null) {
                recipe.base().requireFits(shapes, splits);
            }
            requireUpdates(
                    train,
                    new Sampling.Setup(
                            shapes,
                            train.loss(),
                            train.epochs(),
                            data.weights().size(),
                            data.heldOut(),
                            train.stepsPerEpoch(batches),
                            0));
        }
        for (TrainSettings rule : train.ofPhases()) {
            rule.loss().requireFits(recipe.model().input());
            rule.distillation().requireTeacher(recipe.model().input(), kinds);
        }
    }

    private static void requireUpdates(TrainSettings train, Sampling.Setup setup) {
        Family shapes = setup.family();
        try (Sampling sampling = train.sampler().start(setup);
                TrainingStep step = new TrainingStep(shapes, train, BatchStatistics.INSTANCE, null, sampling, 0)) {
            if (train.architecture() == null) {
                return;
            }
            try (ArchitectureUpdate logits = new ArchitectureUpdate(
                    train.architecture(),
                    new ArchitectureStep(shapes, train.architecture(), train.loss(), train.update(), null),
                    setup.heldOut())) {
                List<Update> all = new ArrayList<>(step.updates());
                all.add(0, logits);
                TrainingStep.requireOneOwner(all, shapes);
            }
        }
    }

    /** How many steps an epoch of a recipe has on its data. */
    public static long stepsPerEpoch(Recipe recipe, Splits splits) {
        TrainSettings train = recipe.train();
        return train.stepsPerEpoch(recipe.data()
                .batches(TrainingParts.of(recipe, splits.train(), 0).weights(), 0));
    }
}
