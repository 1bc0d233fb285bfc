package dev.weft.sample.level;

import dev.weft.cost.CostLevels;
import dev.weft.cost.DifferentiableCost;
import dev.weft.cost.LevelFrequencies;
import dev.weft.data.Batch;
import dev.weft.data.Batches;
import dev.weft.io.InputException;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.ops.Tensors;
import dev.weft.optim.KeptOptimizer;
import dev.weft.sample.Sampling;
import dev.weft.sample.StepReport;
import dev.weft.seed.RandomStream;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Reading;
import dev.weft.weight.generator.GeneratedWeights;
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
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A {@link CostLevelSampler} at work. At each step a level is drawn, then a member of it; where a generator gives the members, it is
 * trained in the same step as the weights, by an optimiser of its own. Every so many updates the levels' logits learn from held-out
 * losses, by which neither weights nor generator move; a training step does not move the logits.
 */
public final class CostLevelSampling implements Sampling {
    private static final int DRAWS = 100; // for a member that keeps the constraints

    private final CostLevelSampler settings;
    private final Family family;
    private final Space space;
    private final DifferentiableCost cost;
    private final double least;
    private final double range;
    private final CostLevels levels;
    private final long steps;
    private final long seed;
    private final Batches heldOut;
    private final long learnsAfter; // updates
    private final LevelDistribution.Learned learned; // null where levels stay as likely as they are
    private final LevelLosses losses; // null with it
    private final LevelLogits logits;
    private final LevelRecord record;
    private final GeneratedWeights generated; // null where members come from elsewhere
    private final KeptOptimizer generatorOptimizer; // null with it
    private final LevelFrequencies frequencies; // null but for a conditional table
    private final Tensor changes; // the latest ΔL of each level
    private final Tensor measured; // how often each was measured
    private final Tensor sums; // of every ΔL of each level

    CostLevelSampling(CostLevelSampler settings, Setup setup, DifferentiableCost cost) {
        this.settings = settings;
        this.family = setup.family();
        this.space = family.space();
        this.cost = cost;
        this.least = cost.exact(space.smallest());
        double most = cost.exact(space.largest());
        this.range = most - least;
        this.levels = settings.levels().of(least, most);
        this.steps = setup.steps();
        this.seed = setup.seed();
        this.heldOut = setup.heldOut();
        this.generated = settings.members() instanceof LevelMembers.Generator ? generated() : null;
        this.frequencies = settings.members() instanceof LevelMembers.ConditionalTable table
                ? LevelFrequencies.count(
                        space, levels, cost::exact, table.members(), RandomStream.COSTS.random(setup.seed()))
                : null;
        this.learned = settings.distribution() instanceof LevelDistribution.Learned l ? l : null;
        this.learnsAfter = learned == null ? 0 : Math.round(learned.startEpochs() * setup.stepsPerEpoch());
        if (learned != null && learnsAfter >= steps) {
            throw new InputException(
                    "Learned cost levels must have startEpochs below the epochs of training, or they never"
                            + " learn, but got startEpochs=" + learned.startEpochs() + ", epochs="
                            + setup.epochs() + ".");
        }
        this.losses = learned == null ? null : new LevelLosses(family, setup.loss());
        this.logits = new LevelLogits(levels.count(), learned == null ? null : learned.optimizer());
        this.record = new LevelRecord(levels);
        this.generatorOptimizer = settings.members() instanceof LevelMembers.Generator generator
                ? new KeptOptimizer(generator.optimizer(), parameters())
                : null;
        this.changes = Tensors.zeros(levels.count());
        this.measured = Tensors.zeros(levels.count());
        this.sums = Tensors.zeros(levels.count());
    }

    private GeneratedWeights generated() {
        GeneratedWeights strategy = family.strategy(GeneratedWeights.class)
                .orElseThrow(
                        () -> new InputException("Members of a generator must have one in the recipe's sharing, but it"
                                + " has " + family.sharing() + ". Add - {kind: generator, metric: " + settings.metric()
                                + ", hidden: 64, view: slice}, or use members {kind: rejection, draws: 10000}."));
        if (!strategy.settings().metric().equals(settings.metric())) {
            throw new InputException("The generator and the sampler must have one metric, but got "
                    + strategy.settings().metric() + " and " + settings.metric() + ".");
        }
        return strategy;
    }

    private Map<String, Tensor> parameters() {
        Map<String, Tensor> parameters = new LinkedHashMap<>(family.weights().tensors());
        parameters.keySet().removeIf(name -> !family.hasOwnUpdate(name));
        return parameters;
    }

    @Override
    public List<TrainingMember> draw(long step, Batch batch, RandomGenerator random) {
        List<TrainingMember> draws = new ArrayList<>();
        for (int i = 0; i < settings.perStep(); i++) {
            int level = logits.draw(random);
            Drawn drawn = member(level, step, random);
            record.note(level, drawn.plain, cost.exact(drawn.plain));
            draws.add(new TrainingMember(Role.RANDOM, drawn.member, drawn.temperature));
        }
        return draws;
    }

    /**
     * A member of a level.
     *
     * @param member as it trains
     * @param plain the ordinary member that it stands for
     * @param temperature of the gradient to what drew it
     */
    private record Drawn(Member member, Member plain, double temperature) {
        static Drawn plain(Member member) {
            return new Drawn(member, member, 1);
        }
    }

    /** The middle of a level as a part of the range from the smallest to the largest member. */
    private double target(int level) {
        return (levels.centre(level) - least) / range;
    }

    private Drawn member(int level, long step, RandomGenerator random) {
        if (settings.members() instanceof LevelMembers.Rejection rejection) {
            return Drawn.plain(levels.draw(level, space, cost::exact, rejection.draws(), random));
        }
        if (settings.members() instanceof LevelMembers.ConditionalTable table) {
            return Drawn.plain(frequencies.draw(level, table.draws(), random));
        }
        double temperature = generated.settings().temperature().at(Math.min(1, (double) step / steps));
        for (int i = 0; i < DRAWS; i++) {
            GeneratedWeights.Generated drawn = generated.draw(target(level), random.nextLong());
            if (space.constraints().isEmpty() || space.satisfies(drawn.plain())) {
                return new Drawn(drawn.member(), drawn.plain(), temperature);
            }
        }
        throw new InputException("A generator must find members that satisfy the constraints of space \"" + space.name()
                + "\", but " + DRAWS + " draws did not. Use members {kind: rejection, draws: 10000}.");
    }

    /** {@code lambda · ((cost(p) - target) / range)²}, of the picked options, straight through to the generator. */
    @Override
    public Tensor penalty(TrainingMember draw, Reading reading) {
        if (!(settings.members() instanceof LevelMembers.Generator generator)
                || !GeneratedWeights.isGenerated(draw.member())) {
            return null;
        }
        double target = GeneratedWeights.target(draw.member());
        return cost.expected(choice -> generated.distribution(choice, reading))
                .sub(new Scalar(least + target * range))
                .div(new Scalar(range))
                .square()
                .mul(new Scalar(generator.lambda()));
    }

    /** The generator moves by the gradients that the weights are about to move by. */
    @Override
    public void gradientsReady(long step, Map<String, Tensor> gradients) {
        if (generated == null) {
            return;
        }
        Map<String, Tensor> own = new LinkedHashMap<>();
        parameters().forEach((name, parameter) -> {
            Tensor gradient = parameter.grad();
            if (gradient.defined()) {
                own.put(name, gradient);
            }
        });
        generatorOptimizer.apply(own);
    }

    @Override
    public void stepDone(StepReport report) {
        if (learned == null || report.step() % learned.interval() != 0) {
            return;
        }
        if (report.step() > learnsAfter) {
            learn(report.step());
        }
        losses.remember();
    }

    /** Moves the logits once. */
    private void learn(long step) {
        SplittableRandom random = RandomStream.SAMPLER.random(seed, step);
        try (PointerScope scope = new PointerScope()) {
            Batch batch = heldOut.batch(step / learned.interval() - 1);
            if (learned.mode() == LevelDistribution.Mode.PATHWISE) {
                logits.step(slopes(step, batch, random), targets());
            } else {
                for (int level : measuredNow(random)) {
                    double change = losses.change(member(level, step, random).plain, batch);
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
            Drawn member = member(logits.drawnWith(drawn), step, random);
            slopes.add(new LevelLogits.Slope(drawn, losses.slopeChange(member.member, member.temperature, batch)));
        }
        return slopes;
    }

    private int perUpdate() {
        Integer asked = learned.levelsPerUpdate();
        return asked == null ? levels.count() : Math.min(asked, levels.count());
    }

    private Set<Integer> measuredNow(RandomGenerator random) {
        Set<Integer> now = new LinkedHashSet<>();
        while (now.size() < perUpdate()) {
            now.add(perUpdate() == levels.count() ? now.size() : logits.draw(random));
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

    private double[] targets() {
        return IntStream.range(0, levels.count()).mapToDouble(this::target).toArray();
    }

    /** The levels that are drawn. */
    public CostLevels levels() {
        return levels;
    }

    /** How likely each level is now. */
    public List<Double> probabilities() {
        return logits.probabilities();
    }

    LevelRecord record() {
        return record;
    }

    /**
     * What is noted per level, the cheapest first ({@code level1.probability}): its probability, how many of its members were trained, how often a
     * member that was asked for came within one level, how many of the latest members of the level differ, what its loss last
     * changed by, and what it changed by on average.
     */
    @Override
    public Map<String, Double> measures() {
        Map<String, Double> measures = new LinkedHashMap<>();
        List<Double> probabilities = probabilities();
        for (int k = 0; k < levels.count(); k++) {
            measures.put("level" + (k + 1) + ".probability", probabilities.get(k));
            if (measured.data_ptr_float().get(k) > 0) {
                measures.put("level" + (k + 1) + ".lossChange", (double)
                        changes.data_ptr_float().get(k));
                measures.put(
                        "level" + (k + 1) + ".meanLossChange",
                        (double) sums.data_ptr_float().get(k)
                                / measured.data_ptr_float().get(k));
            }
        }
        measures.putAll(record.measures());
        return measures;
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        logits.state().forEach((name, tensor) -> state.put("levels/" + name, tensor));
        record.state().forEach((name, tensor) -> state.put("record/" + name, tensor));
        state.put("changes", changes);
        state.put("measured", measured);
        state.put("sums", sums);
        if (generatorOptimizer != null) {
            generatorOptimizer.state().forEach((name, tensor) -> state.put("generator/" + name, tensor));
        }
        if (losses != null) {
            losses.state().forEach((name, tensor) -> state.put("before/" + name, tensor));
        }
        return state;
    }

    @Override
    public void close() {
        logits.close();
        record.close();
        changes.close();
        measured.close();
        sums.close();
        if (generatorOptimizer != null) {
            generatorOptimizer.close();
        }
        if (losses != null) {
            losses.close();
        }
    }
}
