package dev.weft.sample.attentive;

import dev.weft.cost.CostLevels;
import dev.weft.cost.DifferentiableCost;
import dev.weft.cost.LevelFrequencies;
import dev.weft.data.Batch;
import dev.weft.loss.LossSettings;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Pass;
import dev.weft.sample.ImportanceDistribution;
import dev.weft.sample.Note;
import dev.weft.sample.Sampling;
import dev.weft.sample.level.LevelRecord;
import dev.weft.seed.RandomStream;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** An {@link AttentiveSampler} at work. What it remembers is a record for its measures; it does not learn. */
public final class AttentiveSampling implements Sampling {
    private final AttentiveSampler settings;
    private final Family family;
    private final Space space;
    private final LossSettings loss;
    private final DifferentiableCost cost;
    private final CostLevels levels;
    private final LevelFrequencies frequencies;
    private final double[] prior;
    private final LevelRecord record;

    AttentiveSampling(AttentiveSampler settings, Setup setup, DifferentiableCost cost) {
        this.settings = settings;
        this.family = setup.family();
        this.space = family.space();
        this.loss = setup.loss();
        this.cost = cost;
        this.levels = settings.levels().of(cost.exact(space.smallest()), cost.exact(space.largest()));
        this.frequencies = LevelFrequencies.count(
                space, levels, cost::exact, settings.members(), RandomStream.COSTS.random(setup.seed()));
        List<Double> shares = settings.prior() == AttentiveSampler.Prior.MEASURED
                ? frequencies.shares()
                : Collections.nCopies(levels.count(), 1.0);
        this.prior = shares.stream().mapToDouble(Double::doubleValue).toArray();
        this.record = new LevelRecord(levels);
    }

    @Override
    public List<TrainingMember> draw(long step, Batch batch, RandomGenerator random) {
        List<TrainingMember> draws = new ArrayList<>();
        if (settings.sandwich()) {
            draws.add(new TrainingMember(Role.LARGEST, space.largest()));
            draws.add(new TrainingMember(Role.SMALLEST, space.smallest()));
        }
        for (int i = 0; i < settings.perStep(); i++) {
            int level = ImportanceDistribution.draw(prior, random);
            Member picked = picked(level, batch, random);
            record.note(level, picked, cost.exact(picked));
            draws.add(new TrainingMember(Role.RANDOM, picked));
        }
        return draws;
    }

    private Member picked(int level, Batch batch, RandomGenerator random) {
        Member best = null;
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < settings.candidates(); i++) {
            Member candidate = frequencies.draw(level, settings.draws(), random);
            double loss = loss(candidate, batch);
            double rank = settings.pick() == AttentiveSampler.Pick.BEST_UP ? loss : -loss;
            if (best == null || rank < least) {
                best = candidate;
                least = rank;
            }
        }
        return best;
    }

    /** The loss of a member as it trains, but for dropout. */
    private double loss(Member member, Batch batch) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Pass pass = new Pass(member, BatchStatistics.INSTANCE, 0, 0);
            return loss.ofTargets(family, batch, pass).item_double();
        }
    }

    /** What is noted per level, the cheapest first: how many members were trained, how many of the latest differ, and how often a draw hit its level. */
    @Override
    public List<Note> notes() {
        return record.notes();
    }

    @Override
    public Map<String, Tensor> state() {
        return record.state();
    }

    @Override
    public void close() {
        record.close();
    }
}
