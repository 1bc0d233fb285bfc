package dev.weft.nn;

import dev.weft.ops.NoiseOps;
import dev.weft.ops.Ops;
import org.bytedeco.pytorch.Tensor;

/**
 * {@code x + branch(x)}, with drop-connect on the branch while training.
 *
 * @param position of the block in the network, from 0 to 1: drop-connect grows with it
 */
public record Residual(Layer branch, double position) implements Layer {
    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return Ops.add(x, NoiseOps.dropConnect(branch.forward(x, pass), pass.dropConnect() * position));
    }
}
