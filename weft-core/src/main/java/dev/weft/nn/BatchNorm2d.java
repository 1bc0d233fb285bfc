package dev.weft.nn;

import dev.weft.space.Dim;
import dev.weft.weight.Axis;
import dev.weft.weight.Init;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import org.bytedeco.pytorch.Tensor;

/** Batch norm over x (B, C, H, W). The affine vectors are shared and sliced; the statistics come with the pass. */
public final class BatchNorm2d implements Layer {
    private static final double EPSILON = 1e-5;

    private final String name;
    private final Weight weight; // null where the norm neither scales nor shifts
    private final Weight bias;

    public BatchNorm2d(Weights weights, String name, Dim channels) {
        this(weights, name, channels, Init.ones());
    }

    /** @param scale the initial weight: zeros for the last norm of a residual branch (zero γ) */
    public BatchNorm2d(Weights weights, String name, Dim channels, Init scale) {
        this.name = name;
        this.weight = weights.batchNorm(name + ".weight", scale, Axis.prefix(channels));
        this.bias = weights.batchNorm(name + ".bias", Init.zeros(), Axis.prefix(channels));
    }

    private BatchNorm2d(String name) {
        this.name = name;
        this.weight = null;
        this.bias = null;
    }

    /** A norm without scale and shift: it has statistics and no weights. */
    public static BatchNorm2d plain(String name) {
        return new BatchNorm2d(name);
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return weight == null
                ? pass.norm().normalise(name, x, null, null, EPSILON)
                : pass.norm().normalise(name, x, weight.tensor(pass.reading()), bias.tensor(pass.reading()), EPSILON);
    }
}
