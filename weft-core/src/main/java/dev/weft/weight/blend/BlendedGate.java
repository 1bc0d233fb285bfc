package dev.weft.weight.blend;

import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.weight.Gate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;

/** What a blend runs where something is counted or chosen, and the part that each has of the outcome. */
public final class BlendedGate {
    private final Dim count;
    private final List<Member> combinations;

    public BlendedGate(Dim count) {
        this.count = count;
        this.combinations = Member.combinations(count.choices());
    }

    /** Every count that the space has. */
    public List<Gate.Share> shares(Mixture blend) {
        return shares(blend, Integer.MAX_VALUE);
    }

    /** The counts up to {@code most}, which has the parts of those above it too. */
    public List<Gate.Share> shares(Mixture blend, int most) {
        Map<Integer, List<Integer>> byCount = new TreeMap<>();
        for (int k = 0; k < combinations.size(); k++) {
            if (blend.allows(count.choices(), combinations.get(k))) {
                byCount.computeIfAbsent(Math.min(most, count.size(combinations.get(k))), c -> new ArrayList<>())
                        .add(k);
            }
        }
        Tensor weights = blend.joint(count.choices());
        return byCount.entrySet().stream()
                .map(entry -> new Gate.Share(
                        entry.getKey(),
                        entry.getValue().stream()
                                .map(k -> weights.select(0, k))
                                .reduce(Tensor::add)
                                .orElseThrow()))
                .toList();
    }

    /** The operations that have any of the blend. */
    public static List<Gate.Share> shares(Choice<?> operations, Mixture blend) {
        Tensor weights = blend.weights(operations);
        float[] values = weights.is_meta() ? null : Tensors.floats(weights);
        List<Gate.Share> shares = new ArrayList<>();
        for (int i = 0; i < operations.options().size(); i++) {
            Member option = Member.PLAIN.with(operations, operations.options().get(i));
            if (blend.allows(List.of(operations), option) && (values == null || values[i] != 0)) {
                shares.add(new Gate.Share(i, weights.select(0, i)));
            }
        }
        if (shares.isEmpty()) { // a part of nothing, see BlendedWeights.only: one must run, for its shape
            shares.add(new Gate.Share(0, weights.select(0, 0)));
        }
        return shares;
    }
}
