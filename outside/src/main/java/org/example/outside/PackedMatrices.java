package org.example.outside;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.weft.ops.CustomOperation;
import dev.weft.ops.OnnxNodes;
import dev.weft.ops.Ops;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Axis;
import dev.weft.weight.Init;
import dev.weft.weight.Reading;
import dev.weft.weight.Sharing;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import dev.weft.weight.WrappedWeights;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * What remains of {@link CodedMatrices} in a stand-alone model: codes as they are, times the scale of their row.
 *
 * @param pattern of the matrices that are stored so
 */
@JsonTypeName("packed-matrices")
public record PackedMatrices(String pattern) implements Sharing {
    @Override
    public Optional<Sharing> remains(Member member) {
        return Optional.of(this);
    }

    @Override
    public Weights over(Weights source, Space space) {
        return new Packed(source, Pattern.compile(pattern));
    }

    private record Packed(Weights source, Pattern pattern) implements WrappedWeights {
        @Override
        public Weight weight(String name, Init init, Axis... axes) {
            if (axes.length != 2 || !pattern.matcher(name).find()) {
                return source.weight(name, init, axes);
            }
            long[] shape = Arrays.stream(axes).mapToLong(Axis::stored).toArray();
            Tensor codes = buffer(name + ".codes", () -> torch.zeros(shape).to(torch.ScalarType.Char));
            Tensor scale = buffer(name + ".scale", () -> torch.ones(shape[0], 1));
            return new Product(codes, scale);
        }
    }

    private record Product(Tensor codes, Tensor scale) implements Weight {
        @Override
        public Tensor tensor(Reading reading) {
            return Ops.apply(new Dequantise(), codes, scale);
        }

        @Override
        public List<Integer> shape(Member member) {
            return Arrays.stream(codes.shape()).mapToObj(n -> (int) n).toList();
        }
    }

    /** Whole numbers times a scale. */
    private record Dequantise() implements CustomOperation {
        private static final int FLOAT = 1; // of ONNX

        @Override
        public String name() {
            return "dequantise";
        }

        @Override
        public Tensor compute(List<Tensor> inputs) {
            return inputs.get(0).to(torch.ScalarType.Float).mul(inputs.get(1));
        }

        @Override
        public String export(OnnxNodes nodes, List<String> names, List<Tensor> inputs) {
            return nodes.append("Mul", nodes.append("Cast", List.of(names.get(0)), Map.of("to", FLOAT)), names.get(1));
        }
    }
}
