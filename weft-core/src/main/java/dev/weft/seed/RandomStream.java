package dev.weft.seed;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One purpose that random numbers are drawn for. Seeds that a user counts up (1, 2, 3) and streams of one seed must not give numbers
 * that are copies of each other, not even shifted ones. {@code new SplittableRandom(seed)} does not give that: its state is a counter,
 * so seeds that lie a multiple of its increment apart walk through the same numbers. Here the seed, the purpose and what else decides
 * (a step, a name) are hashed together first.
 */
public enum RandomStream {
    /** What is reported, drawn from data that has no test part. Its code keeps the splits of earlier versions. */
    REPORT_SPLIT(1),
    /** What members are chosen by, drawn from the training part. Its code keeps the splits of earlier versions. */
    SELECTION_SPLIT(2),
    /** The order of examples. */
    ORDER(3),
    /** Crops and mirror images. */
    AUGMENTATION(4),
    /** The part of the training split that architectures and samplers learn from. */
    HELD_OUT_SPLIT(5),
    /** The order of that part. */
    HELD_OUT_ORDER(6),
    /** The batch that a sampler measures by. */
    SAMPLER_ORDER(7),
    /** Weights before training. */
    WEIGHTS(8),
    /** Experts of a weight that begin as noisy copies of the first. */
    EXPERTS(9),
    /** The members of a training step. */
    MEMBERS(10),
    /** Dropout and drop connect. */
    DROPOUT(11),
    /** The draw of a blend, for one choice. */
    BLEND(12),
    /** What a sampler that learns draws for itself: an epoch's importance, a level's members. */
    SAMPLER(13),
    /** The seeds of a tree's supernets. */
    SUPERNET(14),
    /** Which choice of a tree is split, and into which parts. */
    SPLIT_CHOICE(15),
    /** The members of a gradient probe. */
    PROBE(16),
    /** What a search proposes. */
    SEARCH(17),
    /** Members to be trained alone, or to be diagnosed. */
    ANCHORS(18),
    /** Resamples of a bootstrap. */
    BOOTSTRAP(19),
    /** Gradients whose variance is measured. */
    GRADIENTS(20),
    /** Members of a space that are counted by cost, or fitted to. */
    COSTS(21),
    /** The tokens of a text. */
    TEXT(22),
    /** Inputs that stand in for data, where only shapes and time matter. */
    STAND_IN(23),
    /** What an experiment draws for itself. */
    EXPERIMENT(24),
    /** Noise on the numbers of a delta set. */
    DELTA_NOISE(25);

    private final long code;

    RandomStream(long code) {
        this.code = code;
    }

    /**
     * 64 bits, for whoever needs a seed of its own.
     *
     * @param indices what else decides, such as a step
     */
    public long bits(long seed, long... indices) {
        long[] values = new long[indices.length + 2];
        values[0] = seed;
        values[1] = code;
        System.arraycopy(indices, 0, values, 2, indices.length);
        return Mix.bits(values);
    }

    /** Does what {@link #bits(long, long...)} does, for something with a name. */
    public long bits(long seed, String name) {
        return Mix.bits(bits(seed), name);
    }

    /** A generator of its own. */
    public SplittableRandom random(long seed, long... indices) {
        return new SplittableRandom(bits(seed, indices));
    }

    /** A generator of its own, for something with a name. */
    public SplittableRandom random(long seed, String name) {
        return new SplittableRandom(bits(seed, name));
    }

    /** The same elements in an order that the seed and the indices alone decide. */
    public <T> List<T> shuffled(List<T> elements, long seed, long... indices) {
        List<T> shuffled = new ArrayList<>();
        for (int place : Mix.permutation(elements.size(), bits(seed, indices))) {
            shuffled.add(elements.get(place));
        }
        return shuffled;
    }
}
