package dev.weft.lab.shiftnas;

import dev.weft.lab.study.Claim;
import dev.weft.lab.study.Judgement;
import dev.weft.report.Figures;
import dev.weft.sample.level.LevelLogits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * The shift rule where the truth is known: the loss of level k after v visits is {@code exp(-r_k v)}, a step visits each level by its
 * probability (in expectation, so nothing is random), and the logits learn as in training. Weights, data and generator play no part,
 * and levels share nothing: a level that is not visited does not improve, and what does not improve is not visited. So it depends on
 * the rates whether the rule helps; two sets are computed, one for each outcome.
 *
 * @param name what the rates are like
 * @param rates r_k
 * @param visits steps in all
 * @param uniformLoss sum of the levels' losses at the end when every level is visited alike
 * @param learnedLoss the same when the logits learn
 * @param probabilities of the levels at the end
 * @param curve both losses and the probabilities over the steps
 */
record ShiftSimulation(
        String name,
        List<Double> rates,
        int visits,
        double uniformLoss,
        double learnedLoss,
        List<Double> probabilities,
        List<Moment> curve) {
    /** Half of the levels have learnt all before the logits begin to move, half have not. */
    static final List<Double> SATURATED = List.of(0.1, 0.1, 0.1, 0.002, 0.002, 0.002);

    /** Each half of the one before. */
    static final List<Double> GRADED = List.of(0.016, 0.008, 0.004, 0.002, 0.001, 0.0005);

    static final int VISITS = 2000;

    private static final double LEAST_GAIN = 5; // percent

    /** A moment of the simulation. */
    record Moment(int visits, double uniform, double learned, List<Double> probabilities) {}

    /** Both sets of rates. */
    static List<ShiftSimulation> all(ShiftNasSize size) {
        return List.of(
                of("half of the levels learn soon", SATURATED, VISITS, size),
                of("rates in equal ratios", GRADED, VISITS, size));
    }

    static ShiftSimulation of(String name, List<Double> rates, int visits, ShiftNasSize size) {
        double[] learned = new double[rates.size()];
        double[] before = losses(rates, learned);
        List<Moment> curve = new ArrayList<>();
        try (LevelLogits logits = new LevelLogits(rates.size(), ShiftNasDesign.adam(size.levelRate()))) {
            for (int step = 1; step <= visits; step++) {
                List<Double> probabilities = logits.probabilities();
                Arrays.setAll(learned, k -> learned[k] + probabilities.get(k));
                if (step % size.interval() == 0) {
                    double[] now = losses(rates, learned);
                    if (step > size.warmPart() * visits) {
                        double[] changes = now.clone();
                        for (int k = 0; k < changes.length; k++) {
                            changes[k] -= before[k];
                        }
                        logits.step(changes);
                    }
                    before = now;
                    curve.add(new Moment(step, uniform(rates, step), sum(now), logits.probabilities()));
                }
            }
            double loss = sum(losses(rates, learned));
            return new ShiftSimulation(
                    name, rates, visits, uniform(rates, visits), loss, logits.probabilities(), curve);
        }
    }

    private static double uniform(List<Double> rates, int visits) {
        double[] each = new double[rates.size()];
        Arrays.fill(each, (double) visits / rates.size());
        return sum(losses(rates, each));
    }

    private static double[] losses(List<Double> rates, double[] visits) {
        double[] losses = new double[visits.length];
        Arrays.setAll(losses, k -> Math.exp(-rates.get(k) * visits[k]));
        return losses;
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }

    /** The percentage by which learned levels end below uniform ones. */
    double gain() {
        return 100 * (1 - learnedLoss / uniformLoss);
    }

    Claim claim() {
        return Claim.of(
                Claim.Kind.GOAL,
                "simulated shift rule, " + name + ": total loss below uniform levels, %",
                values -> judgement());
    }

    Judgement judgement() {
        return Judgement.exact(
                gain() >= LEAST_GAIN,
                gain(),
                String.format(
                        Locale.ROOT,
                        "Goal: where level k has loss exp(-r_k·visits), %s (r from %s to %s), learned levels end at least %.0f %%"
                                + " below uniform ones after %d visits; computed %.3f against %.3f, %.1f %% %s. Nothing is random in"
                                + " it.",
                        name,
                        Figures.plain(Collections.min(rates)),
                        Figures.plain(Collections.max(rates)),
                        LEAST_GAIN,
                        visits,
                        learnedLoss,
                        uniformLoss,
                        Math.abs(gain()),
                        gain() >= 0 ? "below" : "above"));
    }
}
