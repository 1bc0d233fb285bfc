package org.example.outside;

import dev.weft.criterion.Criterion;
import dev.weft.criterion.CriterionContract;
import dev.weft.criterion.Scene;
import dev.weft.data.Batch;
import dev.weft.ops.Bundle;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import java.util.List;

class HuberTest implements CriterionContract {
    @Override
    public Criterion criterion() {
        return new Huber(0.5);
    }

    /** Errors of 0.2 and 3: one in the square, one on the line. */
    @Override
    public Scene scene() {
        Batch batch = new Batch(
                Tensors.fresh(new float[] {0, 0}, 2, 1), Tensors.fresh(new float[] {1, -1}, 2, 1), List.of(0, 1));
        return Scene.of(batch, Member.PLAIN, Bundle.of("value", Tensors.fresh(new float[] {1.2f, 2}, 2, 1)))
                .taughtBy(Bundle.of("value", Tensors.fresh(new float[] {3, 3}, 2, 1)));
    }
}
