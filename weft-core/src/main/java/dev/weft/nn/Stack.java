package dev.weft.nn;

import dev.weft.ops.Ops;
import dev.weft.ops.Tensors;
import dev.weft.space.Dim;
import dev.weft.weight.Gate;
import dev.weft.weight.Weights;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Layers one after another, of which a member runs the first few. Where a gate shares out several depths, their exits are
 * mixed: {@code y = Σ part_d · x_d}.
 */
public final class Stack implements Layer {
    private final List<? extends Layer> layers;
    private final Gate depth;

    /** @param depth how many layers run; at most as many as there are */
    public Stack(Weights weights, String name, Dim depth, List<? extends Layer> layers) {
        if (depth.max() != layers.size()) {
            throw new IllegalArgumentException(
                    "Stack " + name + " must have " + depth.max() + " layers, but has " + layers.size() + ".");
        }
        this.layers = List.copyOf(layers);
        this.depth = weights.gate(name, depth);
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        Tensor mixed = null;
        int done = 0;
        for (Gate.Share share : depth.exits(pass.reading())) {
            for (; done < share.value(); done++) {
                x = freed(layers.get(done), x, pass);
            }
            Tensor exit = share.part() == null ? x : Ops.multiply(x, share.part());
            mixed = mixed == null ? exit : Ops.add(mixed, exit);
        }
        return mixed;
    }

    /** What a layer returns; its temporaries are freed before the next one runs, but for what gradients need. */
    private static Tensor freed(Layer layer, Tensor x, Pass pass) {
        return Tensors.scoped(() -> layer.forward(x, pass));
    }
}
