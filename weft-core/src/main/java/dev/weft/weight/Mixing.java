package dev.weft.weight;

import dev.weft.space.Member;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** What a strategy that mixes several copies of a weight for each member tells of it. */
public interface Mixing {
    /** The names of the weights that are mixed. */
    List<String> names();

    /**
     * How a member's weight is mixed: (copies), or (out, copies); it belongs to the caller's scope. A weight with
     * several parts gives the mixing of its last part.
     *
     * @throws IllegalArgumentException when that weight is not mixed
     */
    Tensor mixing(String name, Reading reading);

    /** The mean cosine between two copies of a weight, at the sizes of {@code member}: 1 for equal ones. */
    double cosine(String name, Member member);
}
