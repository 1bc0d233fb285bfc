package dev.weft.model;

import dev.weft.io.InputException;
import dev.weft.nn.MemberStatistics;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The batch-norm statistics of one kept member as they lie in a family's file: end to end in one tensor, or a tensor for each mean and
 * variance, as a plain model has them.
 */
final class StoredStatistics {
    private static final String PACKED = "statistics";

    /** Those of members in families for exact checks are of float64. */
    private static final Set<ScalarType> TYPES = Set.of(ScalarType.Float, ScalarType.Double);

    private final Map<String, Tensor> tensors;
    private final MemberStatistics packed; // null where each lies by itself

    /**
     * @param name of the member, for messages
     * @param channels of each layer, where they lie end to end
     * @param tensors kept tensors by what follows the member's name in the file, or by published name
     * @throws InputException when what lies end to end is not what {@code channels} says
     */
    StoredStatistics(String name, Map<String, Integer> channels, Map<String, Tensor> tensors) {
        this.tensors = tensors;
        Tensor together = tensors.get(PACKED);
        if (channels.isEmpty() && together == null) {
            this.packed = null;
            return;
        }
        long all = 0;
        for (Map.Entry<String, Integer> layer : channels.entrySet()) {
            if (layer.getValue() == null || layer.getValue() < 1) {
                throw new InputException("member \"" + name + "\" must have channels in the batch norm \""
                        + layer.getKey() + "\", but has " + layer.getValue() + ".");
            }
            all += layer.getValue();
        }
        if (!fits(together, all)) {
            throw new InputException(
                    "member \"" + name + "\" must have its batch-norm statistics in a tensor \"members/"
                            + name + "/" + PACKED + "\" [2, " + all + "] of float32 or float64, but "
                            + (together == null
                                    ? "has none."
                                    : "it is " + Arrays.toString(together.shape()) + " of "
                                            + together.scalar_type().intern() + "."));
        }
        TreeSet<String> others = new TreeSet<>(tensors.keySet());
        others.remove(PACKED);
        if (!others.isEmpty()) {
            throw new InputException("member \"" + name + "\" has its statistics in one tensor, and no place for "
                    + others.first() + ".");
        }
        this.packed = new MemberStatistics(channels, together);
    }

    private static boolean fits(Tensor together, long channels) {
        return together != null
                && channels > 0
                && together.dim() == 2
                && together.size(0) == 2
                && together.size(1) == channels
                && TYPES.contains(together.scalar_type().intern());
    }

    /** Each mean and variance by published name, for checks; whatever they are. */
    Map<String, Tensor> byName() {
        return packed == null ? tensors : packed.tensors();
    }

    /** What the family keeps, when it is known to be sound. */
    MemberStatistics kept() {
        return packed == null ? new MemberStatistics(tensors) : packed;
    }

    /**
     * What a file holds.
     *
     * @param plain whether a plain model is written, whose statistics have their published names
     * @return by published name, or by what follows the member's
     */
    static Map<String, Tensor> of(MemberStatistics statistics, boolean plain) {
        Map<String, Tensor> stored = new LinkedHashMap<>();
        if (plain) {
            stored.putAll(statistics.tensors());
        } else if (statistics.packed() != null) {
            stored.put(PACKED, statistics.packed());
        }
        return stored;
    }
}
