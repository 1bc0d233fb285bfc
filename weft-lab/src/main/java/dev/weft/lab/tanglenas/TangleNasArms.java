package dev.weft.lab.tanglenas;

import dev.weft.data.Augmentation;
import dev.weft.lab.Arm;
import dev.weft.model.ModelDefinition;
import dev.weft.space.Member;
import dev.weft.train.ArchitectureSettings;
import dev.weft.train.Clipping;
import dev.weft.train.CostTerm;
import dev.weft.train.DataSettings;
import dev.weft.train.Distillation;
import dev.weft.train.LearningRateSchedule;
import dev.weft.train.Optimizer;
import dev.weft.train.Precision;
import dev.weft.train.Recipe;
import dev.weft.train.Regularisation;
import dev.weft.train.Sampler;
import dev.weft.train.TrainSettings;
import dev.weft.weight.BlendRegulariser;
import dev.weft.weight.Sharing;
import dev.weft.weight.SimplexMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The searches, and the one recipe by which members are trained alone. Searches have the same optimiser and, counted in gradient
 * steps, the same length.
 */
final class TangleNasArms {
    static final String ENTANGLED = "A";
    static final String WITHIN_BUDGET = "A-budget";
    static final String SEPARATE = "B";
    static final String SINGLE_PATH = "C";
    /** What is before the names of arms in the small space. */
    static final String SMALL = "small-";

    /** Other maps from logits to mixing weights, by the name of their arm. */
    static final Map<String, SimplexMap> MAPS = new LinkedHashMap<>();

    static {
        MAPS.put("A-softmax", new SimplexMap.Softmax());
        MAPS.put("A-sparsemax", new SimplexMap.Sparsemax());
        MAPS.put("A-gumbel", new SimplexMap.Gumbel(null));
    }

    private static final double VALIDATION_PART = 0.5;
    private static final double CURVE_FLOOR = 0.01; // 0.1 to 0.001, as published

    private final TangleNasScale scale;
    private final String data;
    private final int trainImages;
    private final long largestParams;

    /**
     * @param trainImages of a member that is trained alone
     * @param largestParams parameters of the largest member
     */
    TangleNasArms(TangleNasScale scale, String data, int trainImages, long largestParams) {
        this.scale = scale;
        this.data = data;
        this.trainImages = trainImages;
        this.largestParams = largestParams;
    }

    /** The data of every arm but single path. */
    static DataSettings.Images data(TangleNasScale scale, String source, int selectionSize) {
        return new DataSettings.Images(source, selectionSize, scale.batchSize(), Augmentation.none(), null, null);
    }

    /** A search by gradient over the whole space: {@link #ENTANGLED}, {@link #WITHIN_BUDGET}, {@link #SEPARATE}, or a map's. */
    Arm byGradient(String name) {
        return switch (name) {
            case ENTANGLED -> gradient(name, scale.model(), dirichlet(), Sharing.Ownership.ENTANGLED, null);
            case WITHIN_BUDGET ->
                gradient(
                        name,
                        scale.model(),
                        dirichlet(),
                        Sharing.Ownership.ENTANGLED,
                        new CostTerm("params", scale.costFactor(), scale.costTarget() * largestParams, null));
            case SEPARATE -> gradient(name, scale.model(), dirichlet(), Sharing.Ownership.SEPARATE, null);
            default -> gradient(name, scale.model(), MAPS.get(name), Sharing.Ownership.ENTANGLED, null);
        };
    }

    /** A in the small space. */
    Arm smallByGradient() {
        return gradient(SMALL + ENTANGLED, scale.smallModel(), dirichlet(), Sharing.Ownership.ENTANGLED, null);
    }

    /** Weights trained by random members, one a step, on as many images as the weights of A. */
    Arm singlePath(boolean small) {
        // The images held out are those beside the training images, and the half on which members are chosen.
        int heldOut = scale.selectionSize() + (int) Math.round(VALIDATION_PART * trainImages);
        return arm(
                (small ? SMALL : "") + SINGLE_PATH,
                small ? scale.smallModel() : scale.model(),
                List.of(),
                data(scale, data, heldOut),
                train(2 * scale.searchEpochs(), new Sampler.SinglePath(1), scale.weightRate(), 0, null));
    }

    /** A member trained alone, by the one recipe. */
    Arm alone(Member member, boolean small) {
        ModelDefinition model = small ? scale.smallModel() : scale.model();
        return arm(
                aloneName(member, small),
                model.at(member),
                List.of(),
                data(scale, data, scale.selectionSize()),
                train(scale.epochs(), new Sampler.Largest(), scale.aloneRate(), 0, null));
    }

    /** The name of the arm that trains a member alone: which option of each choice it picks, counted from 0. */
    String aloneName(Member member, boolean small) {
        ModelDefinition model = small ? scale.smallModel() : scale.model();
        return (small ? SMALL : "") + "alone-"
                + model.space().encode(member).stream().map(String::valueOf).collect(Collectors.joining());
    }

    private static SimplexMap dirichlet() {
        return new SimplexMap.Dirichlet();
    }

    private Arm gradient(
            String name, ModelDefinition model, SimplexMap map, Sharing.Ownership ownership, CostTerm cost) {
        ArchitectureSettings architecture = new ArchitectureSettings(
                VALIDATION_PART,
                new Optimizer.Adam(scale.logitRate(), 0.5, 0.999, 1e-8, 1e-3),
                null,
                ArchitectureSettings.Order.FIRST,
                new BlendRegulariser.None(),
                cost,
                0);
        return arm(
                name,
                model,
                List.of(new Sharing.Blend(map, scale.norm(), ownership, 1)),
                data(scale, data, scale.selectionSize()),
                train(
                        scale.searchEpochs(),
                        new Sampler.Blend(),
                        scale.weightRate(),
                        Math.min(scale.curveEveryEpochs(), scale.searchEpochs()), // a short search has one point
                        architecture));
    }

    private static Arm arm(
            String name, ModelDefinition model, List<Sharing> sharing, DataSettings settings, TrainSettings train) {
        return new Arm(name, new Recipe("tanglenas-" + name, "", model, sharing, null, settings, train));
    }

    private TrainSettings train(
            int epochs, Sampler sampler, double rate, int evaluateEveryEpochs, ArchitectureSettings architecture) {
        return new TrainSettings(
                epochs,
                sampler,
                new Distillation.None(),
                0,
                TrainSettings.Gradients.SUM,
                new Clipping(Clipping.By.NORM, 5),
                new Optimizer.Sgd(rate, 0.9, true, 5e-4),
                new LearningRateSchedule.Cosine(CURVE_FLOOR, 0),
                Regularisation.none(),
                List.of(),
                Precision.FLOAT32,
                scale.calibrationBatches(),
                evaluateEveryEpochs,
                500,
                false,
                1,
                null,
                architecture);
    }
}
