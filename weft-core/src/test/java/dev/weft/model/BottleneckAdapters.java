package dev.weft.model;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.weft.ops.Ops;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Axis;
import dev.weft.weight.Init;
import dev.weft.weight.Insertion;
import dev.weft.weight.Sharing;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import dev.weft.weight.WrappedWeights;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** This sharing of the tests has {@code x + up(relu(down(x)))} after each branch (Houlsby et al. 2019); it stays apart in a stand-alone model. */
@JsonTypeName("bottleneck-adapters")
record BottleneckAdapters(int size) implements Sharing {
    @Override
    public Optional<Sharing> remains(Member member) {
        return Optional.of(this);
    }

    @Override
    public Weights over(Weights source, Space space) {
        return new Adapted(source, size);
    }

    private record Adapted(Weights source, int size) implements WrappedWeights {
        @Override
        public Weight weight(String name, Init init, Axis... axes) {
            return source.weight(name, init, axes);
        }

        @Override
        public Insertion insertion(String name, Dim width) {
            Insertion below = source.insertion(name, width);
            if (!name.matches("blocks\\.\\d+\\.(attn|mlp)")) {
                return below;
            }
            Weight down = source.weight(
                    name + ".adapter.down.weight", Init.uniformFanIn(), Axis.fixed(size), Axis.prefix(width));
            Weight up = source.weight(
                    name + ".adapter.up.weight", Init.truncatedNormal(0.02), Axis.prefix(width), Axis.fixed(size));
            return (x, reading) -> {
                Tensor read = below.apply(x, reading);
                return Ops.add(read, up.linear(Ops.relu(down.linear(read, null, reading)), null, reading));
            };
        }
    }
}
