package dev.weft.cost;

import dev.weft.ops.Op;
import dev.weft.ops.Recorder;
import dev.weft.ops.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.StorageImpl;
import org.bytedeco.pytorch.Tensor;

/**
 * Counts while a pass runs; the tensors need no data. Multiply-adds, for outputs of B images:
 *
 * <pre>
 *   convolution   B · out · H' · W' · (in / groups) · k · k
 *   linear        B · … · out · in
 *   attention     2 · B · nh · T · S · hd           (QKᵀ, and the product with V)
 * </pre>
 *
 * <p>Causal attention is counted as the whole T × S, though half of the scores are masked: so do published figures.
 *
 * <p>A weight is a tensor that an operation reads and no operation made, but for the image and what normalises. A view that is read
 * twice is counted once. Tensors are held until {@link #close}, so that no address means two of them.
 */
public final class OperationCounter implements Recorder, AutoCloseable {
    /** Which numbers of which stored tensor. */
    private record View(long storage, long offset, long entries) {}

    private final List<OperationMacs> operations = new ArrayList<>();
    private final Set<Long> made = new HashSet<>();
    private final Set<View> weights = new HashSet<>();
    private final List<Tensor> held = new ArrayList<>();
    private long params;
    private long statistics;

    /** @param image what the pass is given */
    public OperationCounter(Tensor image) {
        make(image);
    }

    @Override
    public void ran(Op op, Tensor output, List<Tensor> inputs, Map<String, Object> attributes) {
        switch (op) {
            case CONV2D -> {
                Tensor weight = inputs.get(1);
                operations.add(new OperationMacs(op, output.numel() * (weight.numel() / weight.size(0))));
            }
            case LINEAR ->
                operations.add(
                        new OperationMacs(op, output.numel() * inputs.get(1).size(1)));
            case ATTENTION, CAUSAL_ATTENTION ->
                operations.add(new OperationMacs(
                        op, 2 * inputs.get(0).numel() * inputs.get(1).size(2)));
            default -> {
                // additions, activations and norms are not counted, as in the published figures
            }
        }
        for (int i = 0; i < inputs.size(); i++) {
            Tensor input = inputs.get(i);
            if (op == Op.BATCH_NORM && (i == 1 || i == 2)) {
                statistics += input.numel();
            } else if (input != null && !made.contains(address(input))) {
                weight(input);
            }
        }
        make(output);
    }

    private void weight(Tensor tensor) {
        StorageImpl storage = tensor.storage().unsafeGetStorageImpl();
        if (weights.add(new View(storage.address(), tensor.storage_offset(), tensor.numel()))) {
            params += tensor.numel();
            held.add(Tensors.keep(tensor));
        }
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
        long macs = operations.stream().mapToLong(OperationMacs::macs).sum();
        return new MemberCosts(params, macs, Float.BYTES * (params + statistics));
    }

    @Override
    public void close() {
        held.forEach(Tensor::releaseReference);
    }
}
