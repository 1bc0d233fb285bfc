package dev.weft.lab.mos;

import dev.weft.lab.study.StudySize;
import dev.weft.model.LanguageModel;
import java.util.List;

/**
 * How large the experiment is; the same for all arms.
 *
 * @param regression the conflict between widths
 * @param regressions draws of it for each seed: it takes seconds
 * @param model the language model's space; its input is bound to the text
 * @param characters of the text that are used, from its beginning; 0 for all
 * @param contextLength characters that one prediction may look back at
 * @param budgets epochs over the training split, of every arm but few-shot-half
 * @param batchSize windows of a step
 * @param learningRate highest, of every arm
 * @param experts of every arm that has some
 * @param routerWidth of the routers' hidden layer
 * @param population of the search
 * @param generations of the search
 */
record MosSize(
        ConflictRegression.Settings regression,
        int regressions,
        LanguageModel model,
        int characters,
        int contextLength,
        List<Integer> budgets,
        int batchSize,
        double learningRate,
        int experts,
        int routerWidth,
        int population,
        int generations)
        implements StudySize {
    MosSize {
        budgets = List.copyOf(budgets);
    }
}
