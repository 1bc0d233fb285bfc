package dev.weft.diagnose;

import dev.weft.data.Batch;
import dev.weft.data.Batches;
import dev.weft.loss.TrainingMember;
import dev.weft.sample.Sampling;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** The joint distribution of members and data that a gradient is drawn from: what a sampler does at a step, its weights included. */
@FunctionalInterface
public interface GradientDraws {
    /**
     * Draws for one gradient. Called inside a {@code PointerScope} that frees what is created here.
     *
     * @param index from 0, for data that comes in an order
     * @param random depends on the probe's seed and the index alone: two samplings that are asked with one seed get the same numbers
     */
    GradientDraw draw(int index, RandomGenerator random);

    /**
     * What training draws: the sampling's members, all on the same batches, with the weights that it gives to examples. What it has learnt
     * so far decides its draws, and it learns nothing from these.
     *
     * @param data what it trains on: {@link Sampling#batches} where it also chooses examples
     * @param accumulate how many batches make one update
     */
    static GradientDraws of(Sampling sampling, Batches data, int accumulate) {
        return (index, random) -> {
            List<Batch> batches = new ArrayList<>();
            for (int i = 0; i < accumulate; i++) {
                batches.add(data.batch((long) index * accumulate + i));
            }
            List<GradientDraw.Term> terms = new ArrayList<>();
            for (TrainingMember draw : sampling.draw(index, batches.get(0), random)) {
                for (Batch batch : batches) {
                    List<Double> weights = sampling.exampleWeights(draw.member(), batch);
                    terms.add(new GradientDraw.Term(draw.member(), batch, 1.0 / accumulate, weights));
                }
            }
            return new GradientDraw(terms);
        };
    }
}
