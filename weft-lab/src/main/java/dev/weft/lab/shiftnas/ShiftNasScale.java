package dev.weft.lab.shiftnas;

import dev.weft.model.MobileCnn;
import dev.weft.nn.Activation;
import java.util.List;

/**
 * How large the experiment is; the same for all arms, and kept in the experiment's folder.
 *
 * @param model the space of members; its input is bound to the data
 * @param levels of multiply-adds between the smallest and the largest member
 * @param epochs over the training split, of every arm
 * @param batchSize of training and recalibration
 * @param learningRate of the weights at the start
 * @param selectionSize images that members are chosen by
 * @param heldOutSize images that level probabilities learn from, and that no arm trains on
 * @param lambda of the generator's cost term
 * @param generatorRate learning rate of the generator
 * @param levelRate learning rate of the levels' logits; 0.001 in the paper
 * @param interval updates of the weights between two of the logits
 * @param warmPart part of training before the first update of the logits
 * @param draws by rejection for a member of a level, at most
 * @param calibrationBatches before every evaluation
 * @param membersPerLevel fixed members that every arm is judged by, in each level
 * @param candidates random members in each level of which A's best is chosen
 * @param memberSeed draws both
 */
public record ShiftNasScale(
        MobileCnn model,
        int levels,
        int epochs,
        int batchSize,
        double learningRate,
        int selectionSize,
        int heldOutSize,
        double lambda,
        double generatorRate,
        double levelRate,
        int interval,
        double warmPart,
        int draws,
        int calibrationBatches,
        int membersPerLevel,
        int candidates,
        long memberSeed) {

    /** Widths were chosen by enumeration alone, before any training: two of six levels have under 5 % of uniform draws. */
    static ShiftNasScale full() {
        MobileCnn model = model(
                14,
                List.of(
                        stage(List.of(8, 12, 14, 16), 1),
                        stage(List.of(16, 20, 22, 24), 2),
                        stage(List.of(20, 24, 28, 32), 1)));
        return new ShiftNasScale(model, 6, 16, 64, 0.1, 1000, 2000, 30, 1e-3, 0.05, 25, 0.2, 10_000, 10, 4, 20, 2023);
    }

    /** Seconds, one seed: every arm and every step of the work, and no meaning. */
    static ShiftNasScale smoke() {
        MobileCnn model =
                model(14, List.of(stage(List.of(4, 8), 1), stage(List.of(8, 12), 2), stage(List.of(8, 16), 1)));
        return new ShiftNasScale(model, 4, 1, 128, 0.1, 1000, 2000, 30, 1e-3, 0.05, 10, 0.2, 1000, 2, 1, 2, 2023);
    }

    ShiftNasScale withEpochs(int count) {
        return new ShiftNasScale(
                model,
                levels,
                count,
                batchSize,
                learningRate,
                selectionSize,
                heldOutSize,
                lambda,
                generatorRate,
                levelRate,
                interval,
                warmPart,
                draws,
                calibrationBatches,
                membersPerLevel,
                candidates,
                memberSeed);
    }

    static MobileCnn model(int resolution, List<MobileCnn.Stage> stages) {
        return new MobileCnn(
                null, List.of(resolution), new MobileCnn.Stem(List.of(8), 2), stages, List.of(), Activation.RELU, true);
    }

    /** Fused blocks without expansion: dense convolutions are what CPUs are fast at. */
    static MobileCnn.Stage stage(List<Integer> width, int stride) {
        return new MobileCnn.Stage(
                MobileCnn.Block.FUSED, width, List.of(1, 2, 3), List.of(3, 5), List.of(1.0), stride, false);
    }
}
