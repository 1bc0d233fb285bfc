package dev.weft.model;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.weft.seed.RandomStream;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Axis;
import dev.weft.weight.Beginning;
import dev.weft.weight.Init;
import dev.weft.weight.Reading;
import dev.weft.weight.Sharing;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import dev.weft.weight.WrappedWeights;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** This sharing of the tests lays a fixed mask of booleans over every matrix of an MLP, drawn when a family begins; a stand-alone model is plain. */
@JsonTypeName("masked-by-buffer")
record MaskedByBuffer(double density) implements Sharing {
    @Override
    public Weights over(Weights source, Space space) {
        return new Masks(source, density);
    }

    private static final class Masks implements WrappedWeights {
        private final Weights source;
        private final double density;
        private final Set<String> masks = new LinkedHashSet<>();

        Masks(Weights source, double density) {
            this.source = source;
            this.density = density;
        }

        @Override
        public Weights source() {
            return source;
        }

        @Override
        public Weight weight(String name, Init init, Axis... axes) {
            Weight weight = source.weight(name, init, axes);
            if (!name.contains(".mlp.") || axes.length < 2) {
                return weight;
            }
            long[] shape = Arrays.stream(axes).mapToLong(Axis::stored).toArray();
            masks.add(name + ".mask");
            Tensor mask = source.buffer(name + ".mask", () -> torch.zeros(shape).to(torch.ScalarType.Bool));
            return new Weight() {
                @Override
                public Tensor tensor(Reading reading) {
                    Tensor part = mask;
                    for (int i = 0; i < axes.length; i++) {
                        part = part.narrow(
                                i,
                                axes[i].offset(reading.member()),
                                axes[i].size().size(reading.member()));
                    }
                    return weight.tensor(reading).mul(part);
                }

                @Override
                public List<Integer> shape(Member member) {
                    return weight.shape(member);
                }
            };
        }

        @Override
        public void begin(Beginning beginning) {
            source.begin(beginning);
            for (String name : masks) {
                Tensor mask = beginning.stored().get(name);
                RandomGenerator random = RandomStream.WEIGHTS.random(beginning.seed(), name);
                float[] drawn = new float[(int) mask.numel()];
                for (int i = 0; i < drawn.length; i++) {
                    drawn[i] = random.nextDouble() < density ? 1 : 0;
                }
                mask.copy_(Tensor.create(drawn, mask.shape()));
            }
        }
    }
}
