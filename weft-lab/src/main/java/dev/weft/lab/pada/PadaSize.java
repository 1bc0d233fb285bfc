package dev.weft.lab.pada;

import dev.weft.io.InputException;
import dev.weft.lab.study.StudySize;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How large the experiment is. The space and the data are those of the truth.
 *
 * @param budgets epochs of every arm but the fair one, which has a fifth of them: it trains five members a step
 * @param points of a training at which the variance of the gradient and the ranking are measured, evenly, the last at its end
 * @param draws of members and batches for one variance
 * @param examples whose exact gradient norms are measured
 * @param batchSize of training
 * @param learningRate of SGD, which falls to 0 by cosine
 * @param floor what {@code reweighted} leaves to uniform draws, or weights without limit would be the greater part of its variance
 * @param weightLimit of losses in {@code reweighted}
 * @param randomMembers measured beside those of the truth
 * @param curveStep every how many-th member is measured at a point before the end
 * @param anchors how many members of the truth, evenly spread; 0 for all
 */
record PadaSize(
        List<Integer> budgets,
        int points,
        int draws,
        int examples,
        int batchSize,
        double learningRate,
        double floor,
        double weightLimit,
        int randomMembers,
        int curveStep,
        int anchors)
        implements StudySize {
    PadaSize {
        budgets = List.copyOf(budgets);
    }

    int fairEpochs(int epochs) {
        if (epochs % (5 * points) != 0) {
            throw new InputException("PA&DA's arms must train a multiple of " + 5 * points
                    + " epochs, so that the fair arm is measured after whole epochs, but got epochs=" + epochs + ".");
        }
        return epochs / 5;
    }

    /** The epochs, of an arm of {@code length}, after which it is measured. */
    List<Integer> points(int length) {
        return IntStream.rangeClosed(1, points)
                .map(i -> length / points * i)
                .boxed()
                .toList();
    }
}
