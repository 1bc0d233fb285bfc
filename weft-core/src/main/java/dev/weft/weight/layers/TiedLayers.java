package dev.weft.weight.layers;

import dev.weft.io.InputException;
import dev.weft.space.Space;
import dev.weft.weight.Axis;
import dev.weft.weight.Init;
import dev.weft.weight.LayerMap;
import dev.weft.weight.Sharing;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import dev.weft.weight.WrappedWeights;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Layers of a stack share their weights: layer i reads those that are stored for layer {@code layers(i)}, so that the gradient of a stored
 * weight is the sum over the layers that read it. An extracted model has a copy for each layer. Statistics of batch norms are of each
 * layer.
 *
 * @param layers which layer's weights each one reads
 */
public record TiedLayers(LayerMap layers) implements Sharing {
    public TiedLayers {
        if (layers == null) {
            throw new InputException("Tied layers must have a layer map.");
        }
    }

    @Override
    public boolean keepsNames() {
        return false;
    }

    /** What stands under it would see names of layers that are not stored. */
    @Override
    public void requirePlace(List<Sharing> all, int place) {
        if (place > 0) {
            throw new InputException("sharing must list tied layers first, for the others change what is stored of a"
                    + " layer, but got " + all + ". Put kind: tied-layers before the others.");
        }
    }

    @Override
    public Weights over(Weights source, Space space) {
        return new Tied(source, layers, new HashMap<>());
    }

    private record Tied(Weights source, LayerMap layers, Map<String, List<Integer>> shapes) implements WrappedWeights {
        @Override
        public Weight weight(String name, Init init, Axis... axes) {
            return source.weight(stored(name, axes), init, axes);
        }

        @Override
        public Weight batchNorm(String name, Init init, Axis channels) {
            return source.batchNorm(stored(name, channels), init, channels);
        }

        private String stored(String name, Axis... axes) {
            String stored = layers.source(name);
            List<Integer> shape = Arrays.stream(axes).map(Axis::stored).toList();
            List<Integer> before = shapes.putIfAbsent(stored, shape);
            if (before != null && !before.equals(shape)) {
                throw new InputException("Layers that are tied must have the same sizes, but " + name + " is " + shape
                        + " and " + stored + " is " + before + ". Tie others, or give these blocks the same options.");
            }
            return stored;
        }
    }
}
