package dev.weft.weight.lowrank;

import dev.weft.space.Space;
import dev.weft.weight.Axis;
import dev.weft.weight.Init;
import dev.weft.weight.Weight;
import dev.weft.weight.WeightNames;
import dev.weft.weight.Weights;
import dev.weft.weight.WrappedWeights;
import dev.weft.weight.encoding.Encoder;
import dev.weft.weight.encoding.EncodingMlp;

/**
 * Weights of which those with matching names have a low-rank part that a hypernetwork makes for each member,
 * {@code W(a) = W + H(e(a)) V} (a variant of Mixture-of-Supernets without experts). Vectors, such as biases, stay as they are.
 * Everything is stored and trained with the other weights, as {@code NAME.low_rank.basis} and {@code NAME.low_rank.N.weight}; a
 * member that is taken out of its family has neither.
 */
public final class LowRankWeights implements WrappedWeights {
    private final Weights source;
    private final LowRank settings;
    private final WeightNames names;
    private final Encoder encoder;

    LowRankWeights(Weights source, LowRank settings, Space space) {
        this.source = source;
        this.settings = settings;
        this.names = new WeightNames("A low-rank part", settings.pattern(), settings.plainWeights());
        this.encoder = new Encoder(source, settings.encoding(), space, settings.fixedInput());
    }

    @Override
    public Weights source() {
        return source;
    }

    @Override
    public Weight weight(String name, Init init, Axis... axes) {
        Weight shared = source.weight(name, init, axes);
        if (axes.length < 2 || names.find(name, axes).isEmpty()) {
            return shared;
        }
        String prefix = name + ".low_rank";
        Axis[] basis = axes.clone();
        basis[0] = Axis.fixed(settings.matrixRank());
        return new LowRankWeight(
                shared,
                new EncodingMlp(
                        source,
                        encoder,
                        prefix,
                        settings.layers(),
                        settings.hidden(),
                        axes[0].stored() * settings.matrixRank()),
                source.weight(prefix + ".basis", Init.zeros(), basis),
                axes[0],
                settings.matrixRank());
    }

    @Override
    public void built() {
        names.requireSome();
        source.built();
    }
}
