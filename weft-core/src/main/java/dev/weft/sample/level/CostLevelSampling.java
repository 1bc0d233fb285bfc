package dev.weft.sample.level;

import dev.weft.cost.CostLevels;
import dev.weft.cost.DifferentiableCost;
import dev.weft.data.Batch;
import dev.weft.io.InputException;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.sample.Sampling;
import dev.weft.step.GradientUpdate;
import dev.weft.step.Update;
import dev.weft.weight.Reading;
import dev.weft.weight.generator.GeneratedWeights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A {@link CostLevelSampler} at work. At each step a level is drawn, then a member of it. Where a generator gives the members, it is trained in
 * the same step as the weights, by an {@link Update} of its own; learned levels bring another.
 */
public final class CostLevelSampling implements Sampling {
    private final CostLevelSampler settings;
    private final Family family;
    private final DifferentiableCost cost;
    private final LevelDraws draws;
    private final LevelLogits logits;
    private final LevelRecord record;
    private final GradientUpdate generator; // null where members come from elsewhere
    private final LevelsUpdate learning; // null where levels stay as likely as they are

    CostLevelSampling(CostLevelSampler settings, Setup setup, DifferentiableCost cost) {
        this.settings = settings;
        this.family = setup.family();
        this.cost = cost;
        this.draws = new LevelDraws(settings, family, cost, setup.steps(), setup.seed());
        LevelDistribution.Learned learned = settings.distribution() instanceof LevelDistribution.Learned l ? l : null;
        this.logits = new LevelLogits(levels().count(), learned == null ? null : learned.optimizer());
        this.record = new LevelRecord(levels());
        this.learning = learned == null ? null : learning(learned, setup);
        this.generator = settings.members() instanceof LevelMembers.Generator own
                ? new GradientUpdate("generator", parameters(), own.optimizer())
                : null;
    }

    private LevelsUpdate learning(LevelDistribution.Learned learned, Setup setup) {
        long learnsAfter = Math.round(learned.startEpochs() * setup.stepsPerEpoch());
        if (learnsAfter >= setup.steps()) {
            throw new InputException(
                    "Learned cost levels must have startEpochs below the epochs of training, or they never"
                            + " learn, but got startEpochs=" + learned.startEpochs() + ", epochs="
                            + setup.epochs() + ".");
        }
        return new LevelsUpdate(
                learned,
                draws,
                logits,
                new LevelLosses(family, setup.loss()),
                setup.heldOut(),
                learnsAfter,
                setup.seed());
    }

    private Map<String, Tensor> parameters() {
        Map<String, Tensor> parameters = new LinkedHashMap<>(family.weights().tensors());
        parameters.keySet().removeIf(name -> !name.startsWith(GeneratedWeights.PARAMETERS));
        return parameters;
    }

    @Override
    public List<TrainingMember> draw(long step, Batch batch, RandomGenerator random) {
        List<TrainingMember> drawn = new ArrayList<>();
        for (int i = 0; i < settings.perStep(); i++) {
            int level = logits.draw(random);
            LevelDraws.Drawn one = draws.member(level, step, random);
            record.note(level, one.plain(), cost.exact(one.plain()));
            drawn.add(new TrainingMember(Role.RANDOM, one.member(), one.temperature()));
        }
        return drawn;
    }

    /** {@code lambda · ((cost(p) - target) / range)²}, of the picked options, straight through to the generator. */
    @Override
    public Tensor penalty(TrainingMember draw, Reading reading) {
        if (!(settings.members() instanceof LevelMembers.Generator own)
                || !GeneratedWeights.isGenerated(draw.member())) {
            return null;
        }
        return cost.expected(choice -> family.distribution(choice, reading))
                .sub(new Scalar(draws.cost(GeneratedWeights.target(draw.member()))))
                .div(new Scalar(draws.range()))
                .square()
                .mul(new Scalar(own.lambda()));
    }

    @Override
    public List<Update> updates() {
        List<Update> updates = new ArrayList<>();
        if (generator != null) {
            updates.add(generator);
        }
        if (learning != null) {
            updates.add(learning); // after the weights and the generator have moved
        }
        return updates;
    }

    /** The levels that are drawn. */
    public CostLevels levels() {
        return draws.levels();
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
        for (int k = 0; k < levels().count(); k++) {
            measures.put("level" + (k + 1) + ".probability", probabilities.get(k));
            if (learning != null && learning.isMeasured(k)) {
                measures.put("level" + (k + 1) + ".lossChange", learning.change(k));
                measures.put("level" + (k + 1) + ".meanLossChange", learning.meanChange(k));
            }
        }
        measures.putAll(record.measures());
        return measures;
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        record.state().forEach((name, tensor) -> state.put("record/" + name, tensor));
        return state;
    }

    @Override
    public void close() {
        logits.close();
        record.close();
        if (generator != null) {
            generator.close();
        }
        if (learning != null) {
            learning.close();
        }
    }
}
