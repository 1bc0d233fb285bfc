package dev.weft.lab.gm;

import dev.weft.lab.study.StudySize;
import java.util.List;

/**
 * How large the experiment is. The space and the data are those of the truth.
 *
 * @param budgets epochs of every leaf, which begins anew; the rounds before it are a third of that each, so that supernets split after a
 *     third and after two thirds of as many epochs
 * @param repeats batches that the distances of a choice are averaged over
 * @param batchSize of training
 * @param learningRate of SGD, which falls to 4 % of it by cosine
 * @param randomMembers measured beside those of the truth
 * @param curveStep every how many-th member is measured at a point before the end
 * @param candidates random members of each leaf, of which the most accurate is selected
 * @param anchors how many members of the truth, evenly spread; 0 for all
 */
record GmSize(
        List<Integer> budgets,
        int repeats,
        int batchSize,
        double learningRate,
        int randomMembers,
        int curveStep,
        int candidates,
        int anchors)
        implements StudySize {
    GmSize {
        budgets = List.copyOf(budgets);
    }

    /** The epochs after which supernets split, for leaves of so many. */
    static List<Integer> rounds(int leafEpochs) {
        int first = Math.max(1, leafEpochs / 3);
        return List.of(first, 2 * first);
    }

    /** The epochs of a whole supernet that trains as long as a leaf and the supernets before it together. */
    static int together(int leafEpochs) {
        return rounds(leafEpochs).get(1) + leafEpochs;
    }

    /** What a tree takes, in epochs of one supernet: one, two, and four leaves. */
    static int tree(int leafEpochs) {
        return 3 * rounds(leafEpochs).get(0) + 4 * leafEpochs;
    }
}
