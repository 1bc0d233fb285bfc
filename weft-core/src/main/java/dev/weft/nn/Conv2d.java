package dev.weft.nn;

import dev.weft.ops.Ops;
import dev.weft.space.Dim;
import dev.weft.weight.Axis;
import dev.weft.weight.Init;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import java.util.function.ToIntFunction;
import org.bytedeco.pytorch.Tensor;

/**
 * Square convolution, zero-padded so that stride 1 keeps the size (odd kernels): x (B, in, H, W) to (B, out, H', W'). A smaller
 * kernel is the centre of the larger one. Padding and depthwise groups follow from the weight's shape: a weight that is no slice
 * may be larger than the member's dims say.
 */
public final class Conv2d implements Layer {
    private final Weight weight;
    private final Weight bias;
    private final int stride;
    private final boolean padded;
    private final ToIntFunction<Tensor> groups;

    private Conv2d(Weight weight, Weight bias, int stride, boolean padded, ToIntFunction<Tensor> groups) {
        this.weight = weight;
        this.bias = bias;
        this.stride = stride;
        this.padded = padded;
        this.groups = groups;
    }

    /** Every output channel reads every input channel. No bias: a batch norm follows. */
    public static Conv2d dense(Weights weights, String name, Dim in, Dim out, Dim kernelSize, int stride) {
        Weight weight = weights.weight(
                name + ".weight",
                Init.heFanOut(1),
                Axis.prefix(out),
                Axis.prefix(in),
                Axis.centre(kernelSize),
                Axis.centre(kernelSize));
        return new Conv2d(weight, null, stride, true, kernels -> 1);
    }

    /** {@code groups} equal groups of channels, each reading its own; sizes must be multiples of {@code groups}. No bias. */
    public static Conv2d grouped(
            Weights weights, String name, Dim inPerGroup, Dim outPerGroup, int groups, Dim kernelSize) {
        if (groups > 1 && !(outPerGroup instanceof Dim.Fixed)) {
            throw new IllegalArgumentException(
                    "Convolution " + name + ": a prefix of the output channels would cut groups apart; "
                            + "fix outPerGroup, or choose the number of groups with a depthwise convolution.");
        }
        Weight weight = weights.weight(
                name + ".weight",
                Init.heFanOut(groups),
                Axis.prefix(outPerGroup.times(groups)),
                Axis.prefix(inPerGroup),
                Axis.centre(kernelSize),
                Axis.centre(kernelSize));
        return new Conv2d(weight, null, 1, true, kernels -> groups);
    }

    /** One kernel a channel; as many groups as the member has channels. No bias: a batch norm follows. */
    public static Conv2d depthwise(Weights weights, String name, Dim channels, Dim kernelSize, int stride) {
        Weight weight = weights.weight(
                name + ".weight",
                (shape, random) -> Init.heFanOut(shape.get(0)).values(shape, random),
                Axis.prefix(channels),
                Axis.fixed(1),
                Axis.centre(kernelSize),
                Axis.centre(kernelSize));
        return new Conv2d(weight, null, stride, true, kernels -> (int) kernels.size(0));
    }

    /** 1×1 with a bias: the two halves of squeeze-excite. */
    public static Conv2d pointwise(Weights weights, String name, Dim in, Dim out) {
        Weight weight = weights.weight(
                name + ".weight", Init.heFanOut(1), Axis.prefix(out), Axis.prefix(in), Axis.fixed(1), Axis.fixed(1));
        Weight bias = weights.weight(name + ".bias", Init.zeros(), Axis.prefix(out));
        return new Conv2d(weight, bias, 1, true, kernels -> 1);
    }

    /** Non-overlapping patches with a bias: kernel and stride are {@code size}, no padding. */
    public static Conv2d patches(Weights weights, String name, int in, Dim out, int size) {
        Weight weight = weights.weight(
                name + ".weight",
                Init.uniformFanIn(),
                Axis.prefix(out),
                Axis.fixed(in),
                Axis.fixed(size),
                Axis.fixed(size));
        Weight bias = weights.weight(name + ".bias", Init.zeros(), Axis.prefix(out));
        return new Conv2d(weight, bias, size, false, kernels -> 1);
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        Tensor kernels = weight.tensor(pass.member());
        return Ops.conv2d(
                x,
                kernels,
                bias == null ? null : bias.tensor(pass.member()),
                stride,
                padded ? (int) kernels.size(2) / 2 : 0,
                groups.applyAsInt(kernels));
    }
}
