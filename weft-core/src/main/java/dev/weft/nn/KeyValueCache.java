package dev.weft.nn;

import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * The keys and values of the positions that a causal model has read, so that the next pass reads only what is new. It is passed
 * beside the member, in a {@link Pass}, and never stored in a model; it serves one member and one batch of sequences.
 *
 * <p>Made for evaluation: what it keeps has no gradients. Its tensors are made when a layer first writes, at the full capacity,
 * and held until {@link #close}. Not thread-safe.
 */
public final class KeyValueCache implements AutoCloseable {
    /** Keys and values of one attention, (B, nkv, capacity, hd) each. */
    private record Entry(Tensor keys, Tensor values) {}

    private final int capacity;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private Member member;
    private int length;

    /** @param capacity the most positions that it holds: the context length of the model */
    public KeyValueCache(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("A cache must hold a position or more, but got " + capacity + ".");
        }
        this.capacity = capacity;
    }

    /** How many positions have been read: the position of the next token. */
    public int length() {
        return length;
    }

    /** Forgets what was read; the memory stays for the next sequence of the same batch size. */
    public void clear() {
        length = 0;
    }

    /** Everything it holds, in bytes. */
    public long sizeBytes() {
        return entries.values().stream()
                .mapToLong(entry -> Float.BYTES * (entry.keys.numel() + entry.values.numel()))
                .sum();
    }

    /**
     * Writes the keys and values of new positions behind those of {@link #length} earlier ones. The length itself moves when the
     * model has run: see {@link #advance}; so a pass that fails leaves no trace.
     *
     * @param name of the attention
     * @param keys (B, nkv, T, hd)
     * @param values (B, nkv, T, hd)
     * @return views of all keys and all values so far, (B, nkv, length + T, hd) each
     */
    KeysAndValues append(String name, Member of, Tensor keys, Tensor values) {
        require(of, keys);
        Entry entry = entries.computeIfAbsent(name, n -> new Entry(empty(keys), empty(values)));
        long[] expected = entry.keys.shape();
        expected[2] = keys.size(2);
        if (!Arrays.equals(expected, keys.shape())) {
            throw new IllegalArgumentException("A cache serves one batch: attention " + name + " must be given keys "
                    + Arrays.toString(expected) + ", but got " + Arrays.toString(keys.shape()) + ".");
        }
        write(entry.keys, keys);
        write(entry.values, values);
        long total = length + keys.size(2);
        return new KeysAndValues(entry.keys.narrow(2, 0, total), entry.values.narrow(2, 0, total));
    }

    /** Views of a cache, which belong to the caller's scope; valid until the next pass. */
    record KeysAndValues(Tensor keys, Tensor values) {}

    /** Notes that {@code count} more positions have been read. It is to be called once a pass, when all layers have written. */
    public void advance(int count) {
        length += count;
    }

    private void require(Member of, Tensor keys) {
        if (member == null) {
            member = of;
        }
        if (!member.equals(of)) {
            throw new IllegalArgumentException(
                    "A cache serves one member, \"" + member + "\", but was given \"" + of + "\". Make one for each.");
        }
        if (keys.requires_grad()) {
            throw new IllegalStateException("A cache is for evaluation: run the pass without gradients.");
        }
        if (length + keys.size(2) > capacity) {
            throw new IllegalArgumentException("A cache of " + capacity + " positions holds " + length
                    + " and cannot take " + keys.size(2) + " more. Clear it, and read the last part again.");
        }
    }

    private Tensor empty(Tensor like) {
        return Tensors.zeros(like.size(0), like.size(1), capacity, like.size(3));
    }

    private void write(Tensor stored, Tensor added) {
        stored.narrow(2, length, added.size(2)).copy_(added);
    }

    @Override
    public void close() {
        entries.values().forEach(entry -> {
            entry.keys.close();
            entry.values.close();
        });
        entries.clear();
        length = 0;
    }
}
