package dev.weft.sample;

import dev.weft.data.Batch;
import dev.weft.data.Batches;
import dev.weft.loss.LossSettings;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.seed.RandomStream;
import dev.weft.space.Member;
import dev.weft.step.StepListener;
import dev.weft.step.Update;
import dev.weft.weight.Reading;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.Tensor;

/**
 * A {@link Sampler} at work in one run: it says which members train at each step, and may learn from what it hears as a listener.
 * What it has learnt is in {@link #state}, which checkpoints hold, so that a resumed run draws the same.
 *
 * <p>May hold native memory until {@link #close}.
 */
public interface Sampling extends StepListener, AutoCloseable {
    /**
     * What a sampler is given at the beginning of a run.
     *
     * @param family in training
     * @param loss what the members learn from
     * @param epochs of the run
     * @param examples how many it trains on
     * @param heldOut batches of the part of the training split that the weights never see, or {@code null} where the sampler asks for
     *     none, see {@link Sampler#heldOutPart}
     * @param stepsPerEpoch updates in an epoch
     * @param seed of whatever the sampler begins with
     */
    record Setup(
            Family family,
            LossSettings loss,
            int epochs,
            int examples,
            Batches heldOut,
            long stepsPerEpoch,
            long seed) {
        /** Updates in the whole run. */
        public long steps() {
            return epochs * stepsPerEpoch;
        }
    }

    /** What the members of a step of a run are drawn by; it depends on nothing else. */
    static SplittableRandom random(long seed, long step) {
        return RandomStream.MEMBERS.random(seed, step);
    }

    /** A sampling without memory. */
    static Sampling of(Function<RandomGenerator, List<TrainingMember>> draws) {
        return (step, batch, random) -> draws.apply(random);
    }

    /**
     * The members of a step, the largest first if it is among them.
     *
     * @param step from 0
     * @param batch what they will train on, the first one where several make an update
     * @param random of this step
     */
    List<TrainingMember> draw(long step, Batch batch, RandomGenerator random);

    /** The batches that the run trains on, where the sampler also chooses examples; otherwise those it is given. */
    default Batches batches(Batches uniform) {
        return uniform;
    }

    /**
     * The factors by which each example's loss is multiplied before their mean, for samplers that undo how often they draw; empty for 1 each, which
     * costs nothing.
     */
    default List<Double> exampleWeights(Member member, Batch batch) {
        return List.of();
    }

    /**
     * A scalar that is added to a member's loss, in the caller's scope; {@code null} for nothing.
     *
     * @param reading of the pass that the loss is of
     */
    default Tensor penalty(TrainingMember draw, Reading reading) {
        return null;
    }

    /** What it trains beside the weights, in each step after them; closed with this. */
    default List<Update> updates() {
        return List.of();
    }

    /** The state that it remembers between steps, as kept float32 tensors whose shapes never change; a checkpoint is copied into them. */
    default Map<String, Tensor> state() {
        return Map.of();
    }

    /** Numbers for the record of the run, asked for at the end of each epoch. Whoever shows them iterates over their tables and columns. */
    default List<Note> notes() {
        return List.of();
    }

    /** The same by name. */
    default Map<String, Double> measures() {
        Map<String, Double> measures = new LinkedHashMap<>();
        notes().forEach(note -> measures.put(note.name(), note.value()));
        return measures;
    }

    @Override
    default void close() {}
}
