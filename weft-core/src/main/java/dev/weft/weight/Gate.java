package dev.weft.weight;

import dev.weft.space.Choice;
import dev.weft.space.Dim;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * What a member runs, where that is not a slice of a tensor: how many of something, or which operation. Usually one of them; a
 * blend runs several and mixes their outcomes.
 */
@FunctionalInterface
public interface Gate {
    /** What runs for a member, by rising value; one or more. What is not listed must not run: it gets no gradient, not even zero. */
    List<Share> shares(Reading reading);

    /**
     * The same, where smaller counts are on the way to a larger one, so that listing them costs nothing: the exits of a stack. A
     * strategy that lists only what a member runs can list them here, for their gradient.
     */
    default List<Share> exits(Reading reading) {
        return shares(reading);
    }

    /**
     * One thing that runs and its part of the outcome.
     *
     * @param value how many run, or the position of the operation among the options of its choice
     * @param part a scalar tensor that multiplies the outcome, or {@code null} for the whole of it
     */
    record Share(int value, Tensor part) {}

    /** So many as a member has. */
    static Gate of(Dim count) {
        return reading -> List.of(new Share(count.size(reading.member()), null));
    }

    /** The operation that a member picks. */
    static Gate of(Choice<?> operations) {
        return reading ->
                List.of(new Share(operations.options().indexOf(reading.member().value(operations)), null));
    }
}
