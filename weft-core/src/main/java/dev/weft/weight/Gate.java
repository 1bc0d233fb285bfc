package dev.weft.weight;

import dev.weft.space.Dim;
import dev.weft.space.Member;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * How many of something a member runs, where that is not a slice of a tensor. Usually one number; a blend runs several and
 * mixes their outcomes.
 */
@FunctionalInterface
public interface Gate {
    /** What runs for a member, by rising count. */
    List<Share> shares(Member member);

    /**
     * One count and its part of the outcome.
     *
     * @param count how many run
     * @param part a scalar tensor that multiplies the outcome, or {@code null} for the whole of it
     */
    record Share(int count, Tensor part) {}

    static Gate of(Dim count) {
        return member -> List.of(new Share(count.size(member), null));
    }
}
