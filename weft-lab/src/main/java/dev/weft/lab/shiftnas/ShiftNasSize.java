package dev.weft.lab.shiftnas;

import dev.weft.lab.study.StudySize;
import dev.weft.model.MobileCnn;
import java.util.List;

/**
 * How large the experiment is; the same for all arms.
 *
 * @param model the space of members; its input is bound to the data
 * @param levels of multiply-adds between the smallest and the largest member
 * @param budgets epochs over the training split
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
record ShiftNasSize(
        MobileCnn model,
        int levels,
        List<Integer> budgets,
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
        long memberSeed)
        implements StudySize {
    ShiftNasSize {
        budgets = List.copyOf(budgets);
    }
}
