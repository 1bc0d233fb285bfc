package dev.weft.sample.attentive;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.cost.ExpectedCost;
import dev.weft.io.InputException;
import dev.weft.io.Suggest;
import dev.weft.sample.Sampler;
import dev.weft.sample.Sampling;
import dev.weft.sample.level.CostLevelSampler;
import dev.weft.space.Space;
import java.util.Map;

/**
 * Trains the best or the worst of a few members of one cost (Wang et al., "AttentiveNAS: Improving Neural Architecture Search via Attentive
 * Sampling", CVPR 2021): a cost level is drawn, then some members of it, and the one with the lowest loss on the step's batch trains
 * (best-up), or the one with the highest (worst-up). At work it is an {@link AttentiveSampling}.
 *
 * <p>Losses are of forward passes without gradients, so a trained member costs about {@code candidates} thirds of a step more.
 *
 * @param metric whose range is cut into levels: {@code params}, {@code macs} or {@code bytes}
 * @param levels how many, or how wide
 * @param prior of the levels
 * @param pick which candidate trains
 * @param candidates of a level; 3 in the paper where losses compare them
 * @param members that are counted once, at the start, for what a level's members look like
 * @param draws for a member of the level, at most; 100 in the paper
 * @param perStep members picked a step; 2 in the paper
 * @param sandwich whether the largest and the smallest member train as well, as in the paper
 */
public record AttentiveSampler(
        String metric,
        CostLevelSampler.Levels levels,
        Prior prior,
        Pick pick,
        int candidates,
        int members,
        int draws,
        int perStep,
        boolean sandwich)
        implements Sampler {
    /** How likely a cost level is. */
    public enum Prior {
        /** Every level alike. */
        @JsonProperty("uniform")
        UNIFORM,
        /** A level is as likely as it is for uniformly drawn members to fall into it. */
        @JsonProperty("measured")
        MEASURED
    }

    /** Says which of the candidates trains. */
    public enum Pick {
        /** The candidate with the lowest loss: the front of the best is pushed. */
        @JsonProperty("best-up")
        BEST_UP,
        /** The candidate with the highest loss: the worst are pulled up, the paper's better choice. */
        @JsonProperty("worst-up")
        WORST_UP
    }

    public AttentiveSampler {
        if (metric == null
                || levels == null
                || prior == null
                || pick == null
                || candidates < 1
                || members < 1
                || draws < 1
                || perStep < 1) {
            throw new InputException("Sampler attentive must have metric, levels, prior (uniform or measured), pick"
                    + " (best-up or worst-up), and candidates, members, draws and perStep >= 1, but got metric="
                    + metric
                    + ", levels=" + levels + ", prior=" + prior + ", pick=" + pick + ", candidates=" + candidates
                    + ", members=" + members + ", draws=" + draws + ", perStep=" + perStep + ".");
        }
    }

    @Override
    public AttentiveSampling start(Sampling.Setup setup) {
        Map<String, ExpectedCost> counted = ExpectedCost.of(setup.family().plan());
        if (!counted.containsKey(metric)) {
            throw new InputException("Cost levels must have a metric of " + counted.keySet() + ", but have \"" + metric
                    + "\"." + Suggest.nearest(metric, counted.keySet()));
        }
        return new AttentiveSampling(this, setup, counted.get(metric));
    }

    @Override
    public boolean drawsLargest() {
        return sandwich;
    }

    @Override
    public boolean drawsExtremes() {
        return sandwich;
    }

    @Override
    public int membersPerStep(Space space) {
        return perStep + (sandwich ? 2 : 0);
    }
}
