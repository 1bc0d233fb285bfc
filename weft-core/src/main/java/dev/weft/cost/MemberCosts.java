package dev.weft.cost;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What can be counted of a member.
 *
 * @param params entries of the trainable weights that it uses, each weight once; a block that it does not run has none
 * @param macs multiply-adds of convolutions, linear layers and attention for one image
 * @param bytes of its weights and batch-norm statistics as float32
 */
public record MemberCosts(long params, long macs, long bytes) {
    /** By the names of {@link Cost}. */
    public Map<String, Double> byName() {
        Map<String, Double> costs = new LinkedHashMap<>();
        costs.put(Cost.PARAMS, (double) params);
        costs.put(Cost.MACS, (double) macs);
        costs.put(Cost.BYTES, (double) bytes);
        return Collections.unmodifiableMap(costs);
    }
}
