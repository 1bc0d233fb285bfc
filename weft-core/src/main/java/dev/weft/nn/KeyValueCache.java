package dev.weft.nn;

import dev.weft.ops.AttentionOps;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.bytedeco.pytorch.Tensor;

/**
 * The keys and values of the positions that a causal model has read, so that the next pass reads only what is new. It is passed
 * beside the member, in a {@link Pass}, and never stored in a model; it serves one member and one batch of sequences.
 *
 * <p>Each attention of the model has an entry of its own, with a length of its own: a block that reads fewer tokens keeps fewer. Rows of
 * the batch may be at different places; what each query sees then follows its row.
 *
 * <p>Made for evaluation: what it keeps has no gradients. An entry's tensors are made when its layer first writes, at the full capacity,
 * where the keys are, and held until {@link #free} or {@link #close}. Not thread-safe.
 */
public final class KeyValueCache implements AutoCloseable {
    /** Keys and values of one attention. */
    private static final class Entry {
        private final Tensor keys; // (B, nkv, capacity, hd)
        private final Tensor values;
        private int[] lengths; // of each row
        private int[] next; // what they are when this pass has run; null where it has not written

        Entry(Tensor keys, Tensor values) {
            this.keys = keys;
            this.values = values;
            this.lengths = new int[(int) keys.size(0)];
        }
    }

    private final ToIntFunction<String> capacity;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Set<String> freed = new HashSet<>();
    private Member member;
    private int[] lengths = {0}; // one for all rows until a batch was read
    private int[] counts; // of the pass that runs, of each row; null outside of passes
    private int width; // of the pass that runs: its tokens a row, real or not

    /** @param capacity the most positions that it holds: the context length of the model */
    public KeyValueCache(int capacity) {
        this(attention -> capacity);
        if (capacity < 1) {
            throw new IllegalArgumentException("A cache must hold a position or more, but got " + capacity + ".");
        }
    }

    /** @param capacity the most positions that an attention of this name is to hold; where it is less, less memory is taken */
    public KeyValueCache(ToIntFunction<String> capacity) {
        this.capacity = capacity;
    }

    /** How many positions have been read of the longest row. */
    public int length() {
        return Arrays.stream(lengths).max().getAsInt();
    }

    /** How many positions have been read of a row: the position of its next token. */
    public int length(int row) {
        return lengths[lengths.length == 1 ? 0 : row];
    }

    /** Whether rows are at different places. */
    boolean isRagged() {
        return isRagged(lengths);
    }

    private static boolean isRagged(int[] each) {
        return Arrays.stream(each).anyMatch(length -> length != each[0]);
    }

    /** Forgets what was read; the memory stays for the next sequences of the same batch size. */
    public void clear() {
        lengths = new int[] {0};
        freed.clear();
        entries.values().forEach(entry -> Arrays.fill(entry.lengths, 0));
    }

    /** Everything it holds, in bytes. */
    public long sizeBytes() {
        return entries.values().stream()
                .mapToLong(entry -> entry.keys.nbytes() + entry.values.nbytes())
                .sum();
    }

    /** Frees what is kept of the attentions with such names, which no later pass may run before {@link #clear}. */
    public void free(Predicate<String> attentions) {
        entries.entrySet().removeIf(entry -> {
            boolean chosen = attentions.test(entry.getKey());
            if (chosen) {
                freed.add(entry.getKey());
                close(entry.getValue());
            }
            return chosen;
        });
    }

    /**
     * Runs a pass that reads more tokens of each row. What its layers write counts when it has run; so a pass that fails leaves no trace.
     *
     * @param rows how many rows the batch has
     * @param tokens how many are read of each row
     * @param real how many of them are tokens of the row, which the next pass follows; those behind them fill up. {@code null}: all
     */
    public Tensor reading(int rows, int tokens, List<Integer> real, Supplier<Tensor> pass) {
        if (real != null && (real.size() != rows || real.stream().anyMatch(count -> count < 0 || count > tokens))) {
            throw new IllegalArgumentException("Each of " + rows + " rows must have from 0 to " + tokens
                    + " tokens that count, but got " + real + ".");
        }
        width = tokens;
        counts = new int[rows];
        Arrays.setAll(counts, row -> real == null ? tokens : real.get(row));
        entries.values().forEach(entry -> entry.next = null);
        try {
            Tensor result = pass.get();
            entries.values().stream().filter(entry -> entry.next != null).forEach(entry -> entry.lengths = entry.next);
            int[] before = lengths;
            lengths = new int[rows];
            Arrays.setAll(lengths, row -> before[before.length == 1 ? 0 : row] + counts[row]);
            return result;
        } finally {
            counts = null;
        }
    }

    /**
     * The position of every token of the pass that runs, where rows are at different places: (B, T) of int64, on the device of
     * {@code like}, in the caller's scope.
     */
    public Tensor positions(Tensor like) {
        long[] positions = new long[counts.length * width];
        for (int row = 0; row < counts.length; row++) {
            for (int t = 0; t < width; t++) {
                positions[row * width + t] = length(row) + t;
            }
        }
        return AttentionOps.indices(positions, like, counts.length, width);
    }

    /**
     * Writes the keys and values of this pass's positions behind the earlier ones of the attention.
     *
     * @param name of the attention
     * @param keys (B, nkv, T, hd)
     * @param values (B, nkv, T, hd)
     */
    KeysAndValues append(String name, Member of, Tensor keys, Tensor values) {
        require(of, keys, name);
        Entry entry = entries.computeIfAbsent(name, n -> new Entry(empty(n, keys), empty(n, values)));
        long[] expected = entry.keys.shape();
        expected[2] = keys.size(2);
        if (!Arrays.equals(expected, keys.shape())) {
            throw new IllegalArgumentException("A cache serves one batch: attention " + name + " must be given keys "
                    + Arrays.toString(expected) + ", but got " + Arrays.toString(keys.shape()) + ".");
        }
        int added = (int) keys.size(2);
        int longest = Arrays.stream(entry.lengths).max().getAsInt();
        if (longest + added > entry.keys.size(2)) {
            throw new IllegalArgumentException("A cache of " + entry.keys.size(2) + " positions holds " + longest
                    + " and cannot take " + added + " more. Clear it, and read the last part again.");
        }
        write(entry, entry.keys, keys);
        write(entry, entry.values, values);
        entry.next = new int[entry.lengths.length];
        Arrays.setAll(entry.next, row -> entry.lengths[row] + counts[row]);
        long total = longest + added;
        return new KeysAndValues(
                entry.keys.narrow(2, 0, total),
                entry.values.narrow(2, 0, total),
                seen(entry, added, (int) total, keys));
    }

    /**
     * Views of a cache, which belong to the caller's scope; valid until the next pass.
     *
     * @param keys of all positions so far, (B, nkv, S, hd)
     * @param values of all positions so far, (B, nkv, S, hd)
     * @param seen by the new tokens, where rows are at different places: booleans (B, 1, T, S); else {@code null}: the last T of S are new
     */
    record KeysAndValues(Tensor keys, Tensor values, Tensor seen) {}

    private static void write(Entry entry, Tensor stored, Tensor added) {
        if (!isRagged(entry.lengths)) {
            stored.narrow(2, entry.lengths[0], added.size(2)).copy_(added);
            return;
        }
        for (int row = 0; row < entry.lengths.length; row++) {
            stored.narrow(0, row, 1)
                    .narrow(2, entry.lengths[row], added.size(2))
                    .copy_(added.narrow(0, row, 1));
        }
    }

    private static Tensor seen(Entry entry, int added, int total, Tensor like) {
        if (!isRagged(entry.lengths)) {
            return null;
        }
        int rows = entry.lengths.length;
        boolean[] seen = new boolean[rows * added * total];
        for (int row = 0; row < rows; row++) {
            for (int t = 0; t < added; t++) {
                int from = (row * added + t) * total;
                Arrays.fill(seen, from, from + entry.lengths[row] + t + 1, true);
            }
        }
        return AttentionOps.mask(seen, like, rows, 1, added, total);
    }

    private void require(Member of, Tensor keys, String name) {
        if (counts == null) {
            throw new IllegalStateException("A cache is written while a pass reads: see KeyValueCache.reading.");
        }
        if (freed.contains(name)) {
            throw new IllegalArgumentException(
                    "The cache of attention " + name + " was freed and cannot be read again.");
        }
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
    }

    private Tensor empty(String name, Tensor like) {
        return Tensors.zerosLike(like, like.size(0), like.size(1), capacity.applyAsInt(name), like.size(3));
    }

    private static void close(Entry entry) {
        entry.keys.close();
        entry.values.close();
    }

    @Override
    public void close() {
        entries.values().forEach(KeyValueCache::close);
        entries.clear();
        lengths = new int[] {0};
    }
}
