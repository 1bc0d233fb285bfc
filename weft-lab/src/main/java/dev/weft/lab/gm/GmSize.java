package dev.weft.lab.gm;

import dev.weft.lab.cells.GroundTruth;
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
 * @param truth what members reach alone
 */
record GmSize(
        List<Integer> budgets,
        int repeats,
        int batchSize,
        double learningRate,
        int randomMembers,
        int curveStep,
        int candidates,
        GroundTruth truth) {
    GmSize {
        budgets = List.copyOf(budgets);
    }

    /**
     * The specification's numbers but for its budget of 6 epochs a leaf: after so few the order of members is upside down in every arm. 20,
     * 40 and 60 epochs are near the published 20, 40 and 50.
     */
    static GmSize full() {
        return new GmSize(List.of(60), 10, 64, 0.025, 150, 3, 200, GroundTruth.load());
    }

    /** Everything in a minute, and no meaning. */
    static GmSize smoke() {
        GroundTruth truth = GroundTruth.load();
        return new GmSize(
                List.of(1), 1, 256, 0.025, 6, 4, 3, truth.every(truth.anchors().size() / 10));
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
