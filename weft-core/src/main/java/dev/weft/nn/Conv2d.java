package dev.weft.nn;

import dev.weft.space.Dim;
import dev.weft.weight.Axis;
import dev.weft.weight.Convolution;
import dev.weft.weight.Init;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import org.bytedeco.pytorch.Tensor;

/**
 * Square convolution, zero-padded so that stride 1 keeps the size (odd kernels): x (B, in, H, W) to (B, out, H', W'). A smaller
 * kernel is the centre of the larger one.
 */
public final class Conv2d implements Layer {
    private final Weight weight;
    private final Weight bias;
    private final Convolution how;

    private Conv2d(Weight weight, Weight bias, Convolution how) {
        this.weight = weight;
        this.bias = bias;
        this.how = how;
    }

    /** Every output channel reads every input channel. No bias: a batch norm follows. */
    public static Conv2d dense(Weights weights, String name, Dim in, Dim out, Dim kernelSize, int stride) {
        return dense(weights, name, in, out, kernelSize, stride, false, Initialisation.HE_FAN_OUT);
    }

    /** @param biased whether a bias is added */
    public static Conv2d dense(
            Weights weights,
            String name,
            Dim in,
            Dim out,
            Dim kernelSize,
            int stride,
            boolean biased,
            Initialisation initialisation) {
        int fanIn = in.max() * kernelSize.max() * kernelSize.max();
        return new Conv2d(
                denseWeight(weights, name, in, out, kernelSize, initialisation),
                biased ? weights.weight(name + ".bias", initialisation.bias(fanIn), Axis.prefix(out)) : null,
                new Convolution(stride, 0, 1, 1));
    }

    private static Weight denseWeight(
            Weights weights, String name, Dim in, Dim out, Dim kernelSize, Initialisation initialisation) {
        return weights.weight(
                name + ".weight",
                initialisation.kernel(1),
                Axis.prefix(out),
                Axis.prefix(in),
                Axis.centre(kernelSize),
                Axis.centre(kernelSize));
    }

    private static Weight bias(Weights weights, String name, Dim out) {
        return weights.weight(name + ".bias", Init.zeros(), Axis.prefix(out));
    }

    /**
     * Every output channel reads every input channel, with stride 1.
     *
     * @param trim rows and columns that the output has fewer than the input on each side, at most half the smallest kernel
     * @param biased whether a bias is added; none where a batch norm follows
     */
    public static Conv2d trimmed(
            Weights weights, String name, Dim in, Dim out, Dim kernelSize, int trim, boolean biased) {
        return new Conv2d(
                denseWeight(weights, name, in, out, kernelSize, Initialisation.HE_FAN_OUT),
                biased ? bias(weights, name, out) : null,
                new Convolution(1, trim, 1, 1));
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
        return new Conv2d(weight, null, new Convolution(1, 0, 1, groups));
    }

    /** One kernel a channel; as many groups as the member has channels. No bias: a batch norm follows. */
    public static Conv2d depthwise(Weights weights, String name, Dim channels, Dim kernelSize, int stride) {
        return depthwise(weights, name, channels, kernelSize, stride, 1, Initialisation.HE_FAN_OUT);
    }

    /** @param dilation how far apart the pixels are that a kernel reads; 1 for neighbours */
    public static Conv2d depthwise(
            Weights weights,
            String name,
            Dim channels,
            Dim kernelSize,
            int stride,
            int dilation,
            Initialisation initialisation) {
        Weight weight = weights.weight(
                name + ".weight",
                (shape, random) -> initialisation.kernel(shape.get(0)).values(shape, random),
                Axis.prefix(channels),
                Axis.fixed(1),
                Axis.centre(kernelSize),
                Axis.centre(kernelSize));
        return new Conv2d(weight, null, new Convolution(stride, 0, dilation, Convolution.DEPTHWISE));
    }

    /** 1×1 with a bias: the two halves of squeeze-excite. */
    public static Conv2d pointwise(Weights weights, String name, Dim in, Dim out) {
        Weight weight = weights.weight(
                name + ".weight", Init.heFanOut(1), Axis.prefix(out), Axis.prefix(in), Axis.fixed(1), Axis.fixed(1));
        return new Conv2d(weight, bias(weights, name, out), new Convolution(1, 0, 1, 1));
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
        return new Conv2d(weight, bias(weights, name, out), new Convolution(size, size / 2, 1, 1));
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return weight.conv2d(x, bias == null ? null : bias.tensor(pass.reading()), how, pass.reading());
    }
}
