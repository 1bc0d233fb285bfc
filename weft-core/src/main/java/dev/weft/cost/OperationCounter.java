package dev.weft.cost;

import dev.weft.ops.Bundle;
import dev.weft.ops.CustomOperation;
import dev.weft.ops.Op;
import dev.weft.ops.Recorder;
import dev.weft.ops.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.StorageImpl;
import org.bytedeco.pytorch.Tensor;

/**
 * Counts while a pass runs; the tensors need no data. Multiply-adds, for outputs of B examples:
 *
 * <pre>
 *   convolution   B · out · H' · W' · (in / groups) · k · k
 *   linear        B · … · out · in
 *   products      B · … · n · m · k                 (n × k by k × m, both computed)
 *   attention     2 · B · nh · T · S · hd           (QKᵀ, and the product with V)
 * </pre>
 *
 * <p>Causal attention is counted as the whole T × S, though half of the scores are masked: so do published figures.
 *
 * <p>A weight is a tensor of numbers that an operation reads and no operation made, but for the input and what normalises it; lists of
 * indices that entries are gathered by, and codes that an operation of a sharing reads, count in bytes alone. A view that is read twice
 * is counted once. Tensors are held until {@link #close}, so that no address means two of them.
 */
public final class OperationCounter implements Recorder, AutoCloseable {
    /** The numbers of a stored tensor that an operation sees. */
    private record View(long storage, long offset, long entries) {}

    /** What one operation adds to the costs, and where the first weight it reads is stored; 0 for none. */
    private record Part(long storage, MemberCosts costs) {}

    private final List<OperationMacs> operations = new ArrayList<>();
    private final Set<Long> made = new HashSet<>();
    private final Set<View> weights = new HashSet<>();
    private final List<Part> parts = new ArrayList<>();
    private final List<Tensor> held = new ArrayList<>();

    /** @param inputs what the pass is given */
    public OperationCounter(Bundle inputs) {
        inputs.tensors().values().forEach(this::make);
    }

    @Override
    public void ran(Op op, Tensor output, List<Tensor> inputs, Map<String, Object> attributes) {
        // additions, activations and norms are not counted, as in the published figures
        long macs =
                switch (op) {
                    case CONV2D ->
                        output.numel() * (inputs.get(1).numel() / inputs.get(1).size(0));
                    case LINEAR -> output.numel() * inputs.get(1).size(1);
                    case MATMUL -> output.numel() * inputs.get(0).size(-1);
                    case ATTENTION, CAUSAL_ATTENTION ->
                        2 * inputs.get(0).numel() * inputs.get(1).size(2);
                    case CUSTOM -> ((CustomOperation) attributes.get("operation")).macs(inputs, output);
                    default -> 0;
                };
        if (macs > 0) {
            operations.add(new OperationMacs(op, macs));
        }
        long params = 0;
        long beside = 0; // bytes
        long storage = 0;
        for (int i = 0; i < inputs.size(); i++) {
            Tensor input = inputs.get(i);
            if (op == Op.BATCH_NORM && (i == 1 || i == 2)) {
                beside += input.nbytes();
            } else if (input != null && !made.contains(address(input)) && !input.is_floating_point()) {
                boolean stored = op == Op.GATHER || op == Op.SCATTER_ADD || op == Op.CUSTOM;
                if (stored && weights.add(view(input))) {
                    beside += input.nbytes();
                    held.add(Tensors.keep(input));
                }
            } else if (input != null && !made.contains(address(input))) {
                View view = view(input);
                storage = storage == 0 ? view.storage : storage;
                if (weights.add(view)) {
                    params += view.entries;
                    held.add(Tensors.keep(input));
                }
            }
        }
        parts.add(new Part(storage, new MemberCosts(params, macs, Float.BYTES * params + beside)));
        make(output);
    }

    private static View view(Tensor tensor) {
        return new View(storage(tensor), tensor.storage_offset(), tensor.numel());
    }

    /** The address of what holds the numbers of {@code tensor}. */
    static long storage(Tensor tensor) {
        StorageImpl storage = tensor.storage().unsafeGetStorageImpl();
        return storage.address();
    }

    private void make(Tensor tensor) {
        held.add(Tensors.keep(tensor));
        made.add(address(tensor));
    }

    private static long address(Tensor tensor) {
        return tensor.unsafeGetTensorImpl().address();
    }

    /** The operations that multiply, in the order in which they ran. */
    public List<OperationMacs> operations() {
        return Collections.unmodifiableList(operations);
    }

    /** The sums, for the whole batch that the pass was given. */
    public MemberCosts costs() {
        return parts.stream().map(Part::costs).reduce(MemberCosts.NONE, MemberCosts::plus);
    }

    /**
     * The costs operation by operation, without those that cost nothing. An operation is called after the first weight it reads,
     * or the one before it did, and its number among those of that name: two members have the same name for what both run.
     *
     * @param names of the stored weights, by the address of their storage
     */
    Map<String, MemberCosts> terms(Map<Long, String> names) {
        Map<String, MemberCosts> terms = new LinkedHashMap<>();
        Map<String, Integer> uses = new HashMap<>();
        String name = "";
        for (Part part : parts) {
            name = names.getOrDefault(part.storage, name);
            if (!part.costs.equals(MemberCosts.NONE)) {
                terms.put(name + "#" + uses.merge(name, 1, Integer::sum), part.costs);
            }
        }
        return terms;
    }

    @Override
    public void close() {
        held.forEach(Tensor::releaseReference);
    }
}
