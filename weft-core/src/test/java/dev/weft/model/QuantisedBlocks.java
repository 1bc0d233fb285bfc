package dev.weft.model;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.weft.ops.CustomOperation;
import dev.weft.ops.OnnxNodes;
import dev.weft.ops.Ops;
import dev.weft.seed.RandomStream;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Axis;
import dev.weft.weight.Beginning;
import dev.weft.weight.Init;
import dev.weft.weight.Outline;
import dev.weft.weight.Reading;
import dev.weft.weight.Sharing;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import dev.weft.weight.WrappedWeights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A frozen base in whole numbers, for tests: the first matrix of every block's MLP is stored as codes of 8 bits and one scale, and a
 * member reads the first bits of them, as many as it picks for the block. What remains of a member is codes of just these bits.
 */
@JsonTypeName("quantised-blocks")
record QuantisedBlocks(List<Integer> bits) implements Sharing {
    private static final Pattern TARGET = Pattern.compile("blocks\\.(\\d+)\\.mlp\\.fc1\\.weight");
    private static final int MOST = 8;

    static Choice<Integer> choice(int block, List<Integer> bits) {
        return new Choice<>("bits" + block, bits);
    }

    @Override
    public List<Choice<?>> choices(Outline model) {
        List<Choice<?>> choices = new ArrayList<>();
        for (String name : model.weights().keySet()) {
            Matcher matcher = TARGET.matcher(name);
            if (bits.size() > 1 && matcher.matches()) {
                choices.add(choice(Integer.parseInt(matcher.group(1)), bits));
            }
        }
        return choices;
    }

    @Override
    public Optional<Sharing> remains(Member member) {
        Map<String, Integer> picked = new LinkedHashMap<>();
        member.options().forEach((name, option) -> {
            if (name.startsWith("bits")) {
                picked.put(name.substring("bits".length()), (Integer) option);
            }
        });
        return Optional.of(new Packed(picked));
    }

    @Override
    public Weights over(Weights source, Space space) {
        return new Elastic(source, bits);
    }

    /** Codes of some bits for each block. */
    @JsonTypeName("packed-blocks")
    record Packed(Map<String, Integer> bits) implements Sharing {
        @Override
        public Weights over(Weights source, Space space) {
            return (WrappedWeightsOf) () -> source;
        }

        /** Reads codes as they are. */
        private interface WrappedWeightsOf extends WrappedWeights {
            @Override
            default Weight weight(String name, Init init, Axis... axes) {
                if (!TARGET.matcher(name).matches()) {
                    return source().weight(name, init, axes);
                }
                long[] shape = Arrays.stream(axes).mapToLong(Axis::stored).toArray();
                Tensor codes = buffer(name + ".codes", () -> torch.zeros(shape).to(torch.ScalarType.Char));
                Tensor scale = buffer(name + ".scale", () -> torch.ones(1));
                return new Weight() {
                    @Override
                    public Tensor tensor(Reading reading) {
                        return Ops.apply(new Dequantise(), codes, scale);
                    }

                    @Override
                    public List<Integer> shape(Member member) {
                        return Arrays.stream(axes).map(Axis::stored).toList();
                    }
                };
            }
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

    private static final class Elastic implements WrappedWeights {
        private final Weights source;
        private final List<Integer> bits;
        private final Map<String, Init> inits = new LinkedHashMap<>();
        private final Map<String, Axis[]> axes = new LinkedHashMap<>();
        private final Map<String, Double> reach = new LinkedHashMap<>(); // of inputs, while calibrating
        private boolean calibrating;

        Elastic(Weights source, List<Integer> bits) {
            this.source = source;
            this.bits = bits;
        }

        @Override
        public Weights source() {
            return source;
        }

        private int bits(String name, Member member) {
            Matcher matcher = TARGET.matcher(name);
            matcher.matches();
            return member.value(choice(Integer.parseInt(matcher.group(1)), bits));
        }

        private Tensor codes(String name) {
            long[] shape = Arrays.stream(axes.get(name)).mapToLong(Axis::stored).toArray();
            return buffer(name + ".codes", () -> torch.zeros(shape).to(torch.ScalarType.Char));
        }

        private Tensor scale(String name) {
            return buffer(name + ".scale", () -> torch.ones(1));
        }

        private Tensor reach(String name) {
            return buffer(name + ".reach", () -> torch.zeros(1));
        }

        @Override
        public Weight weight(String name, Init init, Axis... axes) {
            if (!TARGET.matcher(name).matches()) {
                return source.weight(name, init, axes);
            }
            inits.put(name, init);
            this.axes.put(name, axes);
            codes(name);
            scale(name);
            reach(name);
            return new Weight() {
                @Override
                public Tensor tensor(Reading reading) {
                    return packed(name, reading).to(torch.ScalarType.Float).mul(scaleOf(name, reading));
                }

                @Override
                public Tensor linear(Tensor x, Tensor bias, Reading reading) {
                    if (calibrating) {
                        reach.merge(name, x.abs().max().item_double(), Math::max);
                    }
                    return Ops.linear(x, tensor(reading), bias);
                }

                @Override
                public List<Integer> shape(Member member) {
                    return Arrays.stream(axes)
                            .map(axis -> axis.size().size(member))
                            .toList();
                }
            };
        }

        /** The member's part of the codes, their first bits. */
        private Tensor packed(String name, Reading reading) {
            Tensor part = codes(name);
            Axis[] own = axes.get(name);
            for (int i = 0; i < own.length; i++) {
                part = part.narrow(
                        i, own[i].offset(reading.member()), own[i].size().size(reading.member()));
            }
            Scalar step = new Scalar((double) (1 << MOST - bits(name, reading.member())));
            return part.to(torch.ScalarType.Float).div(step).floor().to(torch.ScalarType.Char);
        }

        private Tensor scaleOf(String name, Reading reading) {
            return scale(name).mul(new Scalar((double) (1 << MOST - bits(name, reading.member()))));
        }

        @Override
        public void begin(Beginning beginning) {
            source.begin(beginning);
            inits.forEach((name, init) -> {
                long[] shape = codes(name).shape();
                float[] values = init.values(
                        Arrays.stream(axes.get(name)).map(Axis::stored).toList(),
                        RandomStream.WEIGHTS.random(beginning.seed(), name));
                Tensor fresh = Tensor.create(values, shape);
                Tensor step = fresh.abs().max().div(new Scalar(127.0));
                scale(name).copy_(step.reshape(1));
                codes(name).copy_(fresh.div(step).round());
            });
            calibrating = true;
            beginning.calibration().forEach(beginning.forward());
            calibrating = false;
            reach.forEach((name, value) -> reach(name).fill_(new Scalar(value)));
        }

        @Override
        public Optional<Tensor> remaining(String stored, Reading reading) {
            for (String name : inits.keySet()) {
                if (stored.equals(name + ".codes")) {
                    return Optional.of(packed(name, reading));
                }
                if (stored.equals(name + ".scale")) {
                    return Optional.of(scaleOf(name, reading));
                }
            }
            return source.remaining(stored, reading);
        }
    }
}
