package dev.weft.weight;

import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * Where a model gets its weights: the strategy that decides how names become tensors. A model is built against this interface
 * and never learns how a weight is shared. Strategies compose by wrapping one another.
 */
public interface Weights {
    /**
     * The weight called {@code name}, trained with the model.
     *
     * @param name its published state-dict key, for instance {@code blocks.0.attn.qkv.weight}
     * @param init its values before training
     * @param axes its shape. Several weights may read parts of one stored tensor under one name
     */
    Weight weight(String name, Init init, Axis... axes);

    /**
     * The scale or shift (C) of a batch norm: a weight, but for strategies that treat these apart. Batch norm undoes whatever
     * its input was scaled by, so that it alone decides whether a channel is heard.
     */
    default Weight batchNorm(String name, Init init, Axis channels) {
        return weight(name, init, channels);
    }

    /**
     * The gate called {@code name}: how many of something that cannot be sliced (blocks of a stack, heads of an attention) a
     * member runs.
     */
    default Gate gate(String name, Dim count) {
        return Gate.of(count);
    }

    /**
     * The gate called {@code name}: which operation a member runs. Each of them has weights of its own, under names of its own.
     *
     * @param operations one option an operation
     */
    default Gate gate(String name, Choice<?> operations) {
        return Gate.of(operations);
    }

    /**
     * How a member spreads over the options of a choice: (options), summing to 1. All on one option, unless the member is a
     * blend. It belongs to the caller's {@code PointerScope}.
     */
    default Tensor distribution(Choice<?> choice, Reading reading) {
        float[] picked = new float[choice.options().size()];
        picked[choice.options().indexOf(reading.member().value(choice))] = 1;
        return Tensors.fresh(picked, picked.length);
    }

    /**
     * A tensor that is kept and never trained: a mask, a list of indices, codes, a grid. It is in every checkpoint and family file, and in
     * no optimiser.
     *
     * @param name among those of the weights
     * @param first a tensor of its type and shape, with its first values; of any type that files have, and quickly made, for it is also
     *     asked for when the values come from a file. The tensor is closed or kept by this strategy
     * @return the stored tensor; do not close it. It may be written to, without gradients
     */
    Tensor buffer(String name, Supplier<Tensor> first);

    /**
     * What comes between two layers of the model at a place: the identity, unless a strategy inserts something there.
     *
     * @param name of the place, for instance {@code blocks.0.attn} for what that branch gives
     * @param width of the features there
     */
    default Insertion insertion(String name, Dim width) {
        return Insertion.NONE;
    }

    /**
     * Whether a stored tensor is moved by an update of its own, such as the logits of a blend, and left alone by the optimiser of the
     * weights.
     */
    default boolean hasOwnUpdate(String stored) {
        return false;
    }

    /**
     * Fills in what this strategy stores of a fresh family, where that takes more than an initial value: a copy of other tensors, or what
     * calibration batches tell.
     */
    default void begin(Beginning beginning) {}

    /** Whether a member is a mixture of others, which uses whatever any of them does. */
    default boolean isMixture(Member member) {
        return false;
    }

    /** The ordinary member that one with a context of this strategy's own stands for; any other is left as it is. */
    default Member plain(Member member) {
        return member;
    }

    /** @throws IllegalArgumentException when there is no stand-alone model of {@code member}, because it is a mixture */
    default void requireAlone(Member member) {}

    /**
     * What a member keeps of this strategy's stored tensors in its stand-alone model, where the strategy's kind remains there; see
     * {@link Sharing#remains}. Empty for what is stored there under the same name and in the same shape.
     *
     * @param stored the name in the stand-alone model
     * @return in the caller's scope
     */
    default Optional<Tensor> remaining(String stored, Reading reading) {
        return Optional.empty();
    }

    /** The name of the leaf that a member belongs to, where members are parted between several sets of weights. */
    default Optional<String> leaf(Member member) {
        return Optional.empty();
    }

    /** What mixes copies of weights for each member, where something does. */
    default Optional<Mixing> mixing() {
        return Optional.empty();
    }

    /** What proposes members for a cost, where something does. */
    default Optional<MemberProposals> proposals() {
        return Optional.empty();
    }

    /**
     * The temperature at which mixtures of this strategy draw: 1 where they draw nothing.
     *
     * @param progress the part of the training that has passed, 0 to 1
     */
    default double temperature(double progress) {
        return 1;
    }

    /**
     * A member as it runs: of a mixture that draws which options it runs, with the options that it draws as this strategy's tensors are now;
     * any other is left as it is.
     */
    default Member drawn(Member member) {
        return member;
    }

    /** How large the part of each option is in a mixture, on average over draws, by the choice; empty where nothing is mixed. */
    default Map<Choice<?>, List<Double>> parts() {
        return Map.of();
    }

    /**
     * The member that training has chosen so far, where it chooses one.
     *
     * @param within gives what there is nothing to choose about
     */
    default Optional<Member> chosen(Member within) {
        return Optional.empty();
    }

    /**
     * Called once the model has asked for everything.
     *
     * @throws dev.weft.io.InputException when something that this strategy was told to share in its way was not asked for
     */
    default void built() {}
}
