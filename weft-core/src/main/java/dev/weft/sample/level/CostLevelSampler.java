package dev.weft.sample.level;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.cost.CostLevels;
import dev.weft.cost.ExpectedCost;
import dev.weft.io.InputException;
import dev.weft.io.Suggest;
import dev.weft.sample.Sampler;
import dev.weft.sample.Sampling;
import dev.weft.space.Space;
import dev.weft.weight.Sharing;
import java.util.List;
import java.util.Map;

/**
 * Draws a cost level first and then a member of it, so that the cheapest and the dearest members are trained as often as the others
 * (ShiftNAS, Zhang et al. 2023). Uniform decisions seldom give such members: see {@link dev.weft.cost.CostSpread}. At work it is a
 * {@link CostLevelSampling}.
 *
 * @param metric whose range is cut into levels: {@code params}, {@code macs} or {@code bytes}
 * @param levels how many, or how wide
 * @param distribution of the levels
 * @param members of a level
 * @param perStep members a step; 1 in the paper
 */
public record CostLevelSampler(
        String metric, Levels levels, LevelDistribution distribution, LevelMembers members, int perStep)
        implements Sampler {
    /**
     * Levels by number or by step, one of the two.
     *
     * @param count equal parts of the range
     * @param step distance of the levels' centres, multiples of it
     */
    public record Levels(
            @JsonInclude(JsonInclude.Include.NON_NULL) Integer count,
            @JsonInclude(JsonInclude.Include.NON_NULL) Double step) {
        public Levels {
            if ((count == null) == (step == null)) {
                throw new InputException(
                        "Cost levels must have a count or a step, but got count=" + count + ", step=" + step + ".");
            }
        }

        public CostLevels of(double least, double most) {
            return count == null ? CostLevels.onGrid(least, most, step) : CostLevels.between(least, most, count);
        }
    }

    public CostLevelSampler {
        if (metric == null || levels == null || distribution == null || members == null || perStep < 1) {
            throw new InputException(
                    "Sampler cost-levels must have metric, levels, distribution, members and perStep >= 1,"
                            + " but got metric=" + metric + ", levels=" + levels + ", distribution=" + distribution
                            + ", members="
                            + members + ", perStep=" + perStep + ".");
        }
        if (distribution instanceof LevelDistribution.Learned learned
                && learned.mode() == LevelDistribution.Mode.PATHWISE
                && !(members instanceof LevelMembers.Generator)) {
            throw new InputException(
                    "Learned cost levels in mode pathwise must have members of a generator, through which"
                            + " the gradient flows, but have " + members + ". Use mode surrogate.");
        }
    }

    @Override
    public CostLevelSampling start(Sampling.Setup setup) {
        Map<String, ExpectedCost> counted = ExpectedCost.of(setup.family().plan());
        if (!counted.containsKey(metric)) {
            throw new InputException("Cost levels must have a metric of " + counted.keySet() + ", but have \"" + metric
                    + "\"." + Suggest.nearest(metric, counted.keySet()));
        }
        return new CostLevelSampling(this, setup, counted.get(metric));
    }

    @Override
    public boolean drawsLargest() {
        return false;
    }

    @Override
    public int membersPerStep(Space space) {
        return perStep;
    }

    @Override
    public boolean trainsGenerator() {
        return members instanceof LevelMembers.Generator;
    }

    @Override
    public void requireFits(boolean architecture, boolean reptile) {
        Sampler.super.requireFits(architecture, reptile);
        if (reptile && trainsGenerator()) {
            throw new InputException("Training with train.reptile must have a sampler without a generator, which trains"
                    + " by the gradients of the members.");
        }
    }

    @Override
    public void requireFits(List<Sharing> sharing, boolean mixed) {
        if (trainsGenerator() && sharing.stream().noneMatch(Sharing::generatesMembers)) {
            throw new InputException(
                    "Cost levels with members of a generator must have a generator in the sharing of the"
                            + " recipe, but it has sharing " + sharing + ". Add one, or set members of another kind.");
        }
        Sampler.super.requireFits(sharing, mixed);
    }

    @Override
    public double heldOutPart() {
        return distribution instanceof LevelDistribution.Learned learned ? learned.heldOutPart() : 0;
    }
}
