package dev.weft.sample.level;

import dev.weft.data.Batch;
import dev.weft.data.Batches;
import dev.weft.ops.Tensors;
import dev.weft.seed.RandomStream;
import dev.weft.step.Step;
import dev.weft.step.Update;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * The logits of learned cost levels. Every so many updates they learn from held-out losses, by which neither weights nor generator move;
 * the steps between do not move them.
 */
final class LevelsUpdate implements Update {
    private final LevelDistribution.Learned learned;
    private final LevelDraws draws;
    private final LevelLogits logits;
    private final LevelLosses losses;
    private final Batches heldOut;
    private final long learnsAfter; // updates
    private final long seed;
    private final Tensor changes; // the latest ΔL of each level
    private final Tensor measured; // how often each was measured
    private final Tensor sums; // of every ΔL of each level

    /**
     * @param losses closed here
     * @param learnsAfter that many steps
     */
    LevelsUpdate(
            LevelDistribution.Learned learned,
            LevelDraws draws,
            LevelLogits logits,
            LevelLosses losses,
            Batches heldOut,
            long learnsAfter,
            long seed) {
        this.learned = learned;
        this.draws = draws;
        this.logits = logits;
        this.losses = losses;
        this.heldOut = heldOut;
        this.learnsAfter = learnsAfter;
        this.seed = seed;
        this.changes = Tensors.zeros(count());
        this.measured = Tensors.zeros(count());
        this.sums = Tensors.zeros(count());
    }

    private int count() {
        return draws.levels().count();
    }

    @Override
    public String name() {
        return "levels";
    }

    /** The logits are none of the family's parameters. */
    @Override
    public boolean owns(String parameter) {
        return false;
    }

    @Override
    public boolean readsMembers() {
        return false;
    }

    @Override
    public void step(Step now) {
        if (now.number() % learned.interval() != 0) {
            return;
        }
        if (now.number() > learnsAfter) {
            learn(now.number());
        }
        losses.remember();
    }

    /** Moves the logits once. */
    private void learn(long step) {
        SplittableRandom random = RandomStream.SAMPLER.random(seed, step);
        try (PointerScope scope = new PointerScope()) {
            Batch batch = heldOut.batch(step / learned.interval() - 1);
            if (learned.mode() == LevelDistribution.Mode.PATHWISE) {
                logits.step(slopes(step, batch, random), draws.targets());
            } else {
                for (int level : measuredNow(random)) {
                    double change =
                            losses.change(draws.member(level, step, random).plain(), batch);
                    changes.data_ptr_float().put(level, (float) change);
                    add(measured, level, 1);
                    add(sums, level, change);
                }
                logits.step(latestChanges());
            }
        }
    }

    private static void add(Tensor tensor, long index, double value) {
        tensor.data_ptr_float().put(index, (float) (tensor.data_ptr_float().get(index) + value));
    }

    private List<LevelLogits.Slope> slopes(long step, Batch batch, RandomGenerator random) {
        List<LevelLogits.Slope> slopes = new ArrayList<>();
        for (int i = 0; i < perUpdate(); i++) {
            long drawn = random.nextLong();
            LevelDraws.Drawn member = draws.member(logits.drawnWith(drawn), step, random);
            slopes.add(new LevelLogits.Slope(drawn, losses.slopeChange(member.member(), member.temperature(), batch)));
        }
        return slopes;
    }

    private int perUpdate() {
        Integer asked = learned.levelsPerUpdate();
        return asked == null ? count() : Math.min(asked, count());
    }

    private Set<Integer> measuredNow(RandomGenerator random) {
        Set<Integer> now = new LinkedHashSet<>();
        while (now.size() < perUpdate()) {
            now.add(perUpdate() == count() ? now.size() : logits.draw(random));
        }
        return now;
    }

    /** A level that was never measured counts with the mean of those that were, which moves it with none of them. */
    private double[] latestChanges() {
        float[] values = Tensors.floats(changes);
        float[] known = Tensors.floats(measured);
        double mean = IntStream.range(0, values.length)
                .filter(k -> known[k] > 0)
                .mapToDouble(k -> values[k])
                .average()
                .orElseThrow();
        return IntStream.range(0, values.length)
                .mapToDouble(k -> known[k] > 0 ? values[k] : mean)
                .toArray();
    }

    /** Whether the loss of a level was ever measured. */
    boolean isMeasured(int level) {
        return measured.data_ptr_float().get(level) > 0;
    }

    /** What the loss of a measured level last changed by. */
    double change(int level) {
        return changes.data_ptr_float().get(level);
    }

    /** What the loss of a measured level changed by on average. */
    double meanChange(int level) {
        return (double) sums.data_ptr_float().get(level)
                / measured.data_ptr_float().get(level);
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>(logits.state());
        state.put("changes", changes);
        state.put("measured", measured);
        state.put("sums", sums);
        losses.state().forEach((name, tensor) -> state.put("before/" + name, tensor));
        return state;
    }

    @Override
    public void close() {
        changes.close();
        measured.close();
        sums.close();
        losses.close();
    }
}
