package org.example.outside;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.weft.criterion.Criterion;
import dev.weft.criterion.Scorer;
import dev.weft.io.InputException;
import dev.weft.metric.Direction;
import dev.weft.metric.Form;
import dev.weft.metric.Metric;
import dev.weft.metric.Needs;
import dev.weft.metric.Shown;
import dev.weft.model.ModelInput;
import dev.weft.ops.Bundle;
import dev.weft.ops.Port;
import dev.weft.ops.Tensors;
import java.util.List;
import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.Tensor;

// tag::input[]
/**
 * Particles in space, each with a mass, of which one number is predicted.
 *
 * @param most particles of an example; a batch may have fewer
 */
@JsonTypeName("particles")
public record Particles(int most) implements ModelInput {
    /** The error that members are chosen by, in the unit of the targets. */
    public static final Metric RMSE = new Metric(
            "rmse", "Root mean squared error", Direction.MINIMIZE, Needs.EXAMPLES, Form.plain("", 4), Shown.EVERYWHERE);

    static final String POSITIONS = "positions";
    static final String MASSES = "masses";
    static final String VALUE = "value";
    private static final String COUNT = "particles";

    public Particles {
        if (most < 1) {
            throw new InputException("An example must have a particle or more, but got most=" + most + ".");
        }
    }

    @Override
    public String description() {
        return "up to " + most + " particles with masses";
    }

    @Override
    public List<Port> inputs() {
        return List.of(
                Port.floats(POSITIONS).open(COUNT).fixed(3),
                Port.floats(MASSES).open(COUNT).fixed(1));
    }

    @Override
    public List<Port> outputs() {
        return List.of(Port.floats(VALUE, 1));
    }

    @Override
    public Bundle shapes(int batch) {
        return Bundle.of(POSITIONS, Tensors.meta(batch, most, 3), MASSES, Tensors.meta(batch, most, 1));
    }

    @Override
    public Bundle random(int batch, RandomGenerator random) {
        return Bundle.of(POSITIONS, numbers(random, batch, most, 3), MASSES, numbers(random, batch, most, 1));
    }

    @Override
    public Bundle randomTargets(int batch, RandomGenerator random) {
        return Bundle.of(VALUE, numbers(random, batch, 1));
    }

    private static Tensor numbers(RandomGenerator random, int... sizes) {
        long[] shape = new long[sizes.length];
        int count = 1;
        for (int i = 0; i < sizes.length; i++) {
            shape[i] = sizes[i];
            count *= sizes[i];
        }
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat();
        }
        return Tensors.of(values, shape);
    }

    @Override
    public Criterion criterion() {
        return new Huber(1);
    }

    @Override
    public List<Metric> metrics() {
        return List.of(RMSE);
    }

    @Override
    public Scorer scorer() {
        return new SquaredErrors();
    }

    @Override
    public boolean covers(ModelInput other) {
        return other instanceof Particles particles && particles.most <= most;
    }
}
// end::input[]
