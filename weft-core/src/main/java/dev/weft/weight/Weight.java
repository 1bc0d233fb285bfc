package dev.weft.weight;

import dev.weft.ops.ImageOps;
import dev.weft.ops.NormOps;
import dev.weft.ops.Ops;
import dev.weft.space.Member;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * One weight of a model, as a view of shared weights: a differentiable function of a member, with no state of its own. Any
 * number of members may be asked for at once.
 */
public interface Weight {
    /**
     * The tensor that the member of a reading has. It belongs to the caller's {@code PointerScope}; gradients flow through it to the shared tensors. It
     * may alias a shared tensor: do not write to it.
     */
    Tensor tensor(Reading reading);

    /** The shape of {@link #tensor}, without building it. */
    List<Integer> shape(Member member);

    /**
     * {@code y = x Wᵀ + b} for a weight (out, in): x (…, in), bias (out) or {@code null}. A kind of weight that can be applied
     * without being built, a low-rank one for instance, does so here.
     */
    default Tensor linear(Tensor x, Tensor bias, Reading reading) {
        return Ops.linear(x, tensor(reading), bias);
    }

    /**
     * Convolution of x (B, in, H, W) with this weight (out, in / groups, k, k), bias (out) or {@code null}; returns
     * (B, out, H', W').
     */
    default Tensor conv2d(Tensor x, Tensor bias, Convolution how, Reading reading) {
        Tensor kernels = tensor(reading);
        return ImageOps.conv2d(
                x, kernels, bias, how.stride(), how.padding(kernels), how.dilation(), how.groups(kernels));
    }

    /** Layer norm over the last axis of x (…, C) with this weight (C), bias (C) or {@code null}. */
    default Tensor layerNorm(Tensor x, Tensor bias, double epsilon, Reading reading) {
        return NormOps.layerNorm(x, tensor(reading), bias, epsilon);
    }

    /** Root-mean-square norm over the last axis of x (…, C) with this weight (C). */
    default Tensor rmsNorm(Tensor x, double epsilon, Reading reading) {
        return NormOps.rmsNorm(x, tensor(reading), epsilon);
    }
}
