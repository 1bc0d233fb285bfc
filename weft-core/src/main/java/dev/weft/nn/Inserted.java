package dev.weft.nn;

import dev.weft.space.Dim;
import dev.weft.weight.Insertion;
import dev.weft.weight.Weights;

/**
 * The places between layers at which a strategy may put something of its own, such as an adapter: a model asks at its standard places,
 * before each block of a transformer ({@code blocks.3}), after each branch ({@code blocks.3.attn}, {@code blocks.3.mlp}), after each cell ({@code cells.3})
 * and each convolution of a plain network ({@code conv2}), and does not learn what comes.
 * Where nothing does, the layer is the same as without.
 */
public final class Inserted {
    private Inserted() {}

    /** The layer, and then what is inserted at a place. */
    public static Layer after(Layer layer, Weights weights, String place, Dim width) {
        Insertion insertion = weights.insertion(place, width);
        return insertion == Insertion.NONE ? layer : layer.then((x, pass) -> insertion.apply(x, pass.reading()));
    }

    /** What is inserted at a place, and then the layer. */
    public static Layer before(Layer layer, Weights weights, String place, Dim width) {
        Insertion insertion = weights.insertion(place, width);
        return insertion == Insertion.NONE
                ? layer
                : (x, pass) -> layer.forward(insertion.apply(x, pass.reading()), pass);
    }
}
