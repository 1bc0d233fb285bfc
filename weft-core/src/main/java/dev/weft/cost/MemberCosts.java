package dev.weft.cost;

import dev.weft.io.InputException;
import dev.weft.io.Suggest;
import java.util.List;

/**
 * What can be counted of a member.
 *
 * @param params entries of the trainable weights that it uses, each weight once; a block that it does not run has none
 * @param macs multiply-adds of convolutions, linear layers and attention for one image, or for one text of the context length
 * @param bytes of its weights and batch-norm statistics as float32
 */
public record MemberCosts(long params, long macs, long bytes) {
    /** The names that {@link #value} knows. */
    public static final List<String> METRICS = List.of("params", "macs", "bytes");

    static final MemberCosts NONE = new MemberCosts(0, 0, 0);

    /** @throws InputException when nothing of that name is counted */
    public long value(String metric) {
        return switch (metric) {
            case "params" -> params;
            case "macs" -> macs;
            case "bytes" -> bytes;
            default ->
                throw new InputException("A counted cost must be one of " + METRICS + ", but got \"" + metric + "\"."
                        + Suggest.nearest(metric, METRICS));
        };
    }

    MemberCosts plus(MemberCosts other) {
        return new MemberCosts(params + other.params, macs + other.macs, bytes + other.bytes);
    }
}
