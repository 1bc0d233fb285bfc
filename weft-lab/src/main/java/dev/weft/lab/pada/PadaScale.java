package dev.weft.lab.pada;

import dev.weft.io.InputException;
import java.util.List;

/**
 * How large the experiment is; kept in the experiment's folder. The space and the data are those of the anchors.
 *
 * @param epochs of every arm but the fair one, which has a fifth of them: it trains five members a step
 * @param probes how often the variance of the gradient is measured, evenly over the training, the last time at its end
 * @param draws of members and batches for one variance
 * @param examples whose exact gradient norms are measured
 * @param batchSize of training
 * @param learningRate of SGD, which falls to 0 by cosine
 * @param floor what {@code reweighted} leaves to uniform draws, or weights without limit would be the greater part of its variance
 * @param weightLimit of losses in {@code reweighted}
 * @param anchorStep every how many-th anchor is measured
 */
record PadaScale(
        int epochs,
        int probes,
        int draws,
        int examples,
        int batchSize,
        double learningRate,
        double floor,
        double weightLimit,
        int anchorStep) {
    PadaScale {
        if (epochs % (5 * probes) != 0) {
            throw new InputException("PA&DA's arms must train a multiple of " + 5 * probes
                    + " epochs, so that the fair arm is measured after whole epochs, but got epochs=" + epochs + ".");
        }
    }

    /** The numbers of the specification. */
    static PadaScale full() {
        return new PadaScale(15, 3, 200, 256, 128, 0.05, 0.1, 10, 1);
    }

    /** Everything in a minute, and no meaning. */
    static PadaScale smoke() {
        return new PadaScale(5, 1, 4, 8, 256, 0.05, 0.1, 10, 3);
    }

    PadaScale withEpochs(int count) {
        return new PadaScale(count, probes, draws, examples, batchSize, learningRate, floor, weightLimit, anchorStep);
    }

    /** The epochs, of an arm of {@code length}, after which it is measured. */
    List<Integer> checkpoints(int length) {
        return java.util.stream.IntStream.rangeClosed(1, probes)
                .map(i -> length / probes * i)
                .boxed()
                .toList();
    }
}
