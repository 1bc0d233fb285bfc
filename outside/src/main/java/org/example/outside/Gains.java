package org.example.outside;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.weft.io.InputException;
import dev.weft.model.Family;
import dev.weft.ops.Ops;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.step.Update;
import dev.weft.step.Updating;
import dev.weft.weight.Axis;
import dev.weft.weight.Init;
import dev.weft.weight.Reading;
import dev.weft.weight.Sharing;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import dev.weft.weight.WrappedWeights;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

// tag::sharing[]
/**
 * Every matrix has a trained gain for each of its outputs: {@code w(m) = W(m) · g(m)}, where a member reads the first gains as it reads
 * the first rows. The gains are stored beside the matrices, and an extracted model has none. They stay above 0, so the optimiser of the
 * weights leaves them to a {@link GainsUpdate}.
 *
 * @param rate of that update
 */
@JsonTypeName("gains")
public record Gains(@JsonProperty(defaultValue = "0.05") double rate) implements Sharing {
    private static final String PREFIX = "gains/";

    public Gains {
        if (!(rate > 0 && rate < 1)) {
            throw new InputException("Gains must have a rate over 0 and under 1, but got " + rate + ".");
        }
    }

    @Override
    public Weights over(Weights source, Space space) {
        return new GainedWeights(source, rate);
    }

    private record GainedWeights(Weights source, double rate) implements WrappedWeights, Updating {
        @Override
        public Weight weight(String name, Init init, Axis... axes) {
            Weight matrix = source.weight(name, init, axes);
            return axes.length < 2
                    ? matrix
                    : new GainedWeight(matrix, source.weight(PREFIX + name, Init.ones(), axes[0]));
        }

        @Override
        public boolean hasOwnUpdate(String stored) {
            return stored.startsWith(PREFIX) || source.hasOwnUpdate(stored);
        }

        @Override
        public Update update(Family family) {
            Map<String, Tensor> gains = new LinkedHashMap<>(family.weights().tensors());
            gains.keySet().removeIf(name -> !name.startsWith(PREFIX));
            return new GainsUpdate(gains, rate);
        }
    }

    private record GainedWeight(Weight matrix, Weight gain) implements Weight {
        @Override
        public Tensor tensor(Reading reading) {
            Tensor rows = matrix.tensor(reading);
            Integer[] shape = new Integer[(int) rows.dim()];
            Arrays.fill(shape, 1);
            shape[0] = (int) rows.size(0);
            return Ops.multiply(rows, Ops.unflatten(gain.tensor(reading), 0, List.of(shape))); // (out, 1, …)
        }

        @Override
        public List<Integer> shape(Member member) {
            return matrix.shape(member);
        }
    }
}
// end::sharing[]
