package dev.weft.lab.tanglenas;

import dev.weft.architecture.ArchitectureSettings;
import dev.weft.architecture.CostTerm;
import dev.weft.loss.Regularisation;
import dev.weft.model.ModelDefinition;
import dev.weft.optim.Clipping;
import dev.weft.optim.LearningRateSchedule;
import dev.weft.optim.Optimizer;
import dev.weft.recipe.DataSettings;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.TrainSettings;
import dev.weft.sample.Sampler;
import dev.weft.space.Member;
import dev.weft.weight.Sharing;
import dev.weft.weight.blend.Blend;
import dev.weft.weight.blend.BlendRegulariser;
import dev.weft.weight.blend.SimplexMap;
import java.util.List;

/**
 * The searches, and the one recipe by which members are trained alone. Searches have the same optimiser and, counted in gradient steps,
 * the same length.
 *
 * @param source of the images
 * @param trainImages of a member that is trained alone
 */
record TangleNasRecipes(TangleNasSize size, String source, int trainImages) {
    private static final double VALIDATION_PART = 0.5;
    private static final double CURVE_FLOOR = 0.01; // 0.1 to 0.001, as published

    /** A search by gradient. */
    Recipe gradient(ModelDefinition model, int epochs, SimplexMap map, Blend.Ownership ownership, CostTerm cost) {
        TrainSettings train = train(2 * epochs, size.rates().weights(), new Sampler.Blend())
                .evaluateEveryEpochs(Math.min(size.curveEveryEpochs(), 2 * epochs)) // a short search has one point
                .architecture(new ArchitectureSettings(
                        VALIDATION_PART,
                        new Optimizer.Adam(size.rates().logits(), 0.5, 0.999, 1e-8, 1e-3),
                        null,
                        ArchitectureSettings.Order.FIRST,
                        new BlendRegulariser.None(),
                        cost,
                        0))
                .build();
        return recipe(model, List.of(new Blend(map, size.norm(), ownership, 1)), images(size.selectionSize()), train);
    }

    Recipe entangled(ModelDefinition model, int epochs, CostTerm cost) {
        return gradient(model, epochs, new SimplexMap.Dirichlet(), Blend.Ownership.ENTANGLED, cost);
    }

    Recipe separate(int epochs) {
        return gradient(size.model(), epochs, new SimplexMap.Dirichlet(), Blend.Ownership.SEPARATE, null);
    }

    /** @param largest parameters of the largest member */
    CostTerm budget(double largest) {
        return new CostTerm("params", size.cost().factor(), size.cost().target() * largest, null);
    }

    /** Weights trained by random members, one a step, on as many images as the weights of A. */
    Recipe singlePath(ModelDefinition model, int epochs) {
        // The images held out are those beside the training images, and the half on which members are chosen.
        int heldOut = size.selectionSize() + (int) Math.round(VALIDATION_PART * trainImages);
        return recipe(
                model,
                List.of(),
                images(heldOut),
                train(4 * epochs, size.rates().weights(), new Sampler.SinglePath(1))
                        .build());
    }

    /** A member trained alone, by the one recipe. */
    Recipe alone(ModelDefinition model, Member member, int epochs) {
        return recipe(
                model.at(member),
                List.of(),
                images(size.selectionSize()),
                train(epochs, size.rates().alone(), new Sampler.Largest()).build());
    }

    private TrainSettings.Builder train(int epochs, double rate, Sampler sampler) {
        return TrainSettings.builder(epochs, new Optimizer.Sgd(rate, 0.9, true, 5e-4))
                .sampler(sampler)
                .clipping(new Clipping(Clipping.By.NORM, 5))
                .schedule(new LearningRateSchedule.Cosine(CURVE_FLOOR, 0))
                .regularisation(Regularisation.none())
                .calibrationBatches(size.calibrationBatches())
                .evaluateEveryEpochs(0)
                .checkpointEverySteps(500)
                .threads(1);
    }

    private static Recipe recipe(ModelDefinition model, List<Sharing> sharing, DataSettings data, TrainSettings train) {
        return new Recipe("tanglenas", "", model, sharing, null, data, train);
    }

    DataSettings.Images images(int selectionSize) {
        return DataSettings.Images.builder(source)
                .selectionSize(selectionSize)
                .batchSize(size.batchSize())
                .build();
    }
}
