package org.example.outside;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.weft.io.InputException;
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
import dev.weft.weight.WeightNames;
import dev.weft.weight.Weights;
import dev.weft.weight.WrappedWeights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

// tag::choices[]
/**
 * Matching matrices are whole numbers of 8 bits times a scale for each row, and are never trained. A member reads the first bits of them,
 * as many as it picks for each matrix, and these bits are what remains of it.
 *
 * @param pattern a regular expression, found in the names of the matrices
 * @param bits options of each matrix, ascending, 2 to 8
 */
@JsonTypeName("coded-matrices")
public record CodedMatrices(String pattern, List<Integer> bits) implements Sharing {
    static final int MOST = 8;

    public CodedMatrices {
        WeightNames.requirePattern("Coded matrices", pattern);
        if (bits == null || bits.isEmpty() || bits.get(0) < 2 || bits.get(bits.size() - 1) > MOST) {
            throw new InputException("Coded matrices must have bits from 2 to 8, but got " + bits + ".");
        }
        bits = List.copyOf(bits);
    }

    private boolean codes(String name, List<Integer> shape) {
        return shape.size() == 2 && Pattern.compile(pattern).matcher(name).find();
    }

    private static Choice<Integer> choice(String matrix, List<Integer> bits) {
        return new Choice<>(matrix.replace(".weight", "") + ".bits", bits);
    }

    @Override
    public List<Choice<?>> choices(Outline model) {
        List<Choice<?>> choices = new ArrayList<>();
        model.weights().forEach((name, shape) -> {
            if (bits.size() > 1 && codes(name, shape)) {
                choices.add(choice(name, bits));
            }
        });
        return choices;
    }

    @Override
    public Optional<Sharing> remains(Member member) {
        return Optional.of(new PackedMatrices(pattern));
    }

    @Override
    public Coded over(Weights source, Space space) {
        return new Coded(source, this, new LinkedHashMap<>(), new LinkedHashMap<>());
    }
    // end::choices[]

    /** What was asked for of one matrix. */
    record Asked(Init init, List<Axis> axes) {
        long[] stored() {
            return axes.stream().mapToLong(Axis::stored).toArray();
        }
    }

    /**
     * The strategy.
     *
     * @param matrices by name
     * @param reach the largest input that each matrix was applied to while it began
     */
    record Coded(Weights source, CodedMatrices settings, Map<String, Asked> matrices, Map<String, Double> reach)
            implements WrappedWeights {
        @Override
        public Weight weight(String name, Init init, Axis... axes) {
            if (!settings.codes(name, Arrays.stream(axes).map(Axis::stored).toList())) {
                return source.weight(name, init, axes);
            }
            matrices.put(name, new Asked(init, List.of(axes)));
            buffers(name);
            return new Read(this, name);
        }

        private void buffers(String name) {
            codes(name);
            scale(name);
            buffer(name + ".reach", () -> torch.zeros(1));
        }

        private Tensor codes(String name) {
            return buffer(name + ".codes", () -> torch.zeros(matrices.get(name).stored())
                    .to(torch.ScalarType.Char));
        }

        private Tensor scale(String name) {
            return buffer(name + ".scale", () -> torch.ones(matrices.get(name).stored()[0], 1));
        }

        /** The bits that are left out: 0 for all eight. */
        private int left(String name, Member member) {
            return MOST
                    - (settings.bits.size() == 1 ? settings.bits.get(0) : member.value(choice(name, settings.bits)));
        }

        private Tensor part(Tensor stored, String name, Member member, int axes) {
            Tensor part = stored;
            for (int i = 0; i < axes; i++) {
                Axis axis = matrices.get(name).axes.get(i);
                part = part.narrow(i, axis.offset(member), axis.size().size(member));
            }
            return part;
        }

        Tensor packed(String name, Member member) {
            Scalar step = new Scalar((double) (1 << left(name, member)));
            return part(codes(name), name, member, 2)
                    .to(torch.ScalarType.Float)
                    .div(step)
                    .floor()
                    .to(torch.ScalarType.Char);
        }

        Tensor scale(String name, Member member) {
            return part(scale(name), name, member, 1).mul(new Scalar((double) (1 << left(name, member))));
        }

        /** Codes of the base's matrix, or of a fresh one, that leave out nothing; then the calibration batches are looked at. */
        @Override
        public void begin(Beginning beginning) {
            source.begin(beginning);
            matrices.forEach((name, asked) -> {
                Tensor whole = beginning.base().get(name);
                if (whole == null) {
                    float[] drawn = asked.init.values(
                            asked.axes.stream().map(Axis::stored).toList(),
                            RandomStream.WEIGHTS.random(beginning.seed(), name));
                    whole = Tensor.create(drawn, asked.stored());
                }
                Tensor step = whole.abs().amax(new long[] {1}, true).div(new Scalar(127.0));
                scale(name).copy_(step);
                codes(name).copy_(whole.div(step).round());
                reach.put(name, 0.0);
            });
            beginning.calibration().forEach(beginning.forward());
            reach.forEach((name, value) ->
                    buffer(name + ".reach", () -> torch.zeros(1)).fill_(new Scalar(value)));
            reach.clear();
        }

        @Override
        public Optional<Tensor> remaining(String stored, Reading reading) {
            for (String name : matrices.keySet()) {
                if (stored.equals(name + ".codes")) {
                    return Optional.of(packed(name, reading.member()));
                }
                if (stored.equals(name + ".scale")) {
                    return Optional.of(scale(name, reading.member()));
                }
            }
            return source.remaining(stored, reading);
        }
    }

    /** One matrix as a member reads it. */
    private record Read(Coded of, String name) implements Weight {
        @Override
        public Tensor tensor(Reading reading) {
            Member member = reading.member();
            return of.packed(name, member).to(torch.ScalarType.Float).mul(of.scale(name, member));
        }

        @Override
        public Tensor linear(Tensor x, Tensor bias, Reading reading) {
            if (of.reach.containsKey(name)) {
                of.reach.merge(name, x.abs().max().item_double(), Math::max);
            }
            return Weight.super.linear(x, bias, reading);
        }

        @Override
        public List<Integer> shape(Member member) {
            return of.matrices.get(name).axes.stream()
                    .map(axis -> axis.size().size(member))
                    .toList();
        }
    }
}
