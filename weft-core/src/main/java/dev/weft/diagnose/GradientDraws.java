package dev.weft.diagnose;

import dev.weft.data.Batch;
import dev.weft.data.Batches;
import dev.weft.space.Space;
import dev.weft.train.Draw;
import dev.weft.train.Sampler;
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
     * As training draws: the sampler's members, all on the same batches.
     *
     * @param accumulate how many batches make one update
     */
    static GradientDraws of(Sampler sampler, Space space, Batches data, int accumulate) {
        return (index, random) -> {
            List<Draw> members = sampler.draw(space, random);
            List<GradientDraw.Term> terms = new ArrayList<>();
            for (int i = 0; i < accumulate; i++) {
                Batch batch = data.batch((long) index * accumulate + i);
                members.forEach(
                        draw -> terms.add(new GradientDraw.Term(draw.member(), batch, 1.0 / accumulate, List.of())));
            }
            return new GradientDraw(terms);
        };
    }
}
