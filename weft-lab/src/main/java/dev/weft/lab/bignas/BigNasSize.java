package dev.weft.lab.bignas;

import dev.weft.lab.study.StudySize;
import dev.weft.model.MobileCnn;
import java.util.List;

/**
 * How large the experiment is; the same for all arms.
 *
 * @param model the space of members; its input is bound to the data
 * @param budgets epochs over the training split, of every arm but the one that is matched by passes
 * @param batchSize of training and recalibration
 * @param learningRate initial, of every arm
 * @param selectionSize images held out of the training part for the search
 * @param calibrationBatches before every evaluation
 * @param randomMembers how many fixed random members are evaluated
 * @param memberSeed draws them
 * @param mutations of the search, for each budget of multiply-adds
 */
record BigNasSize(
        MobileCnn model,
        List<Integer> budgets,
        int batchSize,
        double learningRate,
        int selectionSize,
        int calibrationBatches,
        int randomMembers,
        long memberSeed,
        int mutations)
        implements StudySize {
    BigNasSize {
        budgets = List.copyOf(budgets);
    }
}
