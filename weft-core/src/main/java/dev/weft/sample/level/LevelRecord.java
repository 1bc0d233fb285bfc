package dev.weft.sample.level;

import dev.weft.cost.CostLevels;
import dev.weft.metric.Cell;
import dev.weft.ops.Tensors;
import dev.weft.sample.Note;
import dev.weft.space.Member;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * What was trained of each cost level, in tensors that checkpoints hold: how often a level was asked for, how often a member of it was
 * trained, how often a member was within one level of what was asked for, and how many of the latest members differ. Holds native
 * memory until {@link #close}.
 */
public final class LevelRecord implements AutoCloseable {
    /** Members that are remembered, to count different ones: a generator may collapse to one member a level. */
    static final int LATEST = 1024;

    private static final int HASH_BITS = 24; // exact in a float32

    private final CostLevels levels;
    private final Tensor asked;
    private final Tensor trained;
    private final Tensor hits;
    private final Tensor outside = Tensors.zeros(1);
    private final Tensor next = Tensors.zeros(1);
    private final Tensor latest =
            Tensors.zeros(LATEST, 3); // level from 1 (0: none yet), and the member's hash in two halves

    public LevelRecord(CostLevels levels) {
        this.levels = levels;
        this.asked = Tensors.zeros(levels.count());
        this.trained = Tensors.zeros(levels.count());
        this.hits = Tensors.zeros(levels.count());
    }

    /** Notes a member that trains. */
    public void note(int level, Member member, double cost) {
        int found = levels.of(cost);
        add(asked, level);
        add(trained, found);
        if (Math.abs(found - level) <= 1) {
            add(hits, level);
        }
        if (!levels.holds(cost)) {
            add(outside, 0);
        }
        long row = (long) at(next, 0);
        long hash = hash(member);
        set(latest, 3 * row, found + 1);
        set(latest, 3 * row + 1, hash >>> HASH_BITS & (1 << HASH_BITS) - 1);
        set(latest, 3 * row + 2, hash & (1 << HASH_BITS) - 1);
        set(next, 0, (row + 1) % LATEST);
    }

    /** A hash of the options alone, equal in every process. */
    private static long hash(Member member) {
        long hash = 0xcbf29ce484222325L;
        for (char each : member.options().toString().toCharArray()) {
            hash = (hash ^ each) * 0x100000001b3L;
        }
        return hash ^ hash >>> 32;
    }

    private static float at(Tensor tensor, long index) {
        return tensor.data_ptr_float().get(index);
    }

    private static void set(Tensor tensor, long index, double value) {
        tensor.data_ptr_float().put(index, (float) value);
    }

    private static void add(Tensor tensor, long index) {
        set(tensor, index, at(tensor, index) + 1);
    }

    /** How often members of a level were trained. */
    long trained(int level) {
        return (long) at(trained, level);
    }

    /** The part of all members that were within one level of what was asked for; 1 where there were none. */
    double hitRate() {
        double all = 0;
        double hit = 0;
        for (int k = 0; k < levels.count(); k++) {
            all += at(asked, k);
            hit += at(hits, k);
        }
        return all == 0 ? 1 : hit / all;
    }

    /** How many members were cheaper or dearer than any level. */
    long outside() {
        return (long) at(outside, 0);
    }

    /** How many different members of a level there are among the {@value #LATEST} latest of all levels. */
    int distinct(int level) {
        return distinct().getOrDefault(level, Set.of()).size();
    }

    private Map<Integer, Set<Long>> distinct() {
        float[] rows = Tensors.floats(latest);
        Map<Integer, Set<Long>> members = new HashMap<>();
        for (int i = 0; i < rows.length; i += 3) {
            if (rows[i] > 0) {
                members.computeIfAbsent((int) rows[i] - 1, k -> new HashSet<>())
                        .add(((long) rows[i + 1] << HASH_BITS) + (long) rows[i + 2]);
            }
        }
        return members;
    }

    /** A number of a level, from 0, called {@code level1.trained} and so on. */
    static Note note(int level, String column, String unit, double value) {
        String row = String.valueOf(level + 1);
        return new Note("level" + row + "." + column, value, Optional.of(new Cell("cost level", row, column, unit)));
    }

    /** What was trained of each level, the cheapest first, and of all. */
    public List<Note> notes() {
        List<Note> notes = new ArrayList<>();
        Map<Integer, Set<Long>> members = distinct();
        for (int k = 0; k < levels.count(); k++) {
            notes.add(note(k, "trained", "members", at(trained, k)));
            if (at(asked, k) > 0) {
                notes.add(note(k, "hits", "", (double) at(hits, k) / at(asked, k)));
            }
            notes.add(note(
                    k, "distinct", "members", members.getOrDefault(k, Set.of()).size()));
        }
        notes.add(new Note("hits", hitRate()));
        notes.add(new Note("outside", outside()));
        return notes;
    }

    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        state.put("asked", asked);
        state.put("trained", trained);
        state.put("hits", hits);
        state.put("outside", outside);
        state.put("next", next);
        state.put("latest", latest);
        return state;
    }

    @Override
    public void close() {
        state().values().forEach(Tensor::close);
    }
}
