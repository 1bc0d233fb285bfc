package dev.weft.ops;

import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Operations on images (B, C, H, W): convolution, pooling and resizing. What is said of all operations at {@link Ops} holds here.
 */
public final class ImageOps {
    static {
        Libtorch.load();
    }

    private ImageOps() {}

    /**
     * Square-kernel convolution with zero padding: x (B, C, H, W), weight (out, C / groups, k, k), bias (out) or {@code null};
     * returns (B, out, H', W') with H' = (H + 2 padding - dilation (k - 1) - 1) / stride + 1.
     *
     * @param dilation how far apart the pixels are that a kernel reads; 1 for neighbours
     */
    public static Tensor conv2d(
            Tensor x, Tensor weight, Tensor bias, int stride, int padding, int dilation, int groups) {
        Tensor y;
        if (x.is_meta()) {
            long k = dilation * (weight.size(2) - 1) + 1;
            y = Ops.like(
                    x,
                    x.size(0),
                    weight.size(0),
                    (x.size(2) + 2L * padding - k) / stride + 1,
                    (x.size(3) + 2L * padding - k) / stride + 1);
        } else {
            y = torch.conv2d(
                    x,
                    weight,
                    Ops.optional(bias),
                    new long[] {stride, stride},
                    new long[] {padding, padding},
                    new long[] {dilation, dilation},
                    groups);
        }
        return Ops.ran(
                Op.CONV2D,
                y,
                Map.of("stride", stride, "padding", padding, "dilation", dilation, "groups", groups),
                x,
                weight,
                bias);
    }

    /** {@code (x / 255 - mean) / std} per channel: x (B, C, H, W) pixel values 0 to 255. */
    public static Tensor normalise(Tensor x, List<Double> mean, List<Double> std) {
        int channels = mean.size();
        float[] scale = new float[channels];
        float[] shift = new float[channels];
        for (int c = 0; c < channels; c++) {
            scale[c] = (float) (1 / (255 * std.get(c)));
            shift[c] = (float) (-mean.get(c) / std.get(c));
        }
        Tensor y = x.is_meta()
                ? Ops.like(x, x.shape())
                : x.mul(Tensor.create(scale, channels, 1, 1).to(x.device(), ScalarType.Float))
                        .add(Tensor.create(shift, channels, 1, 1).to(x.device(), ScalarType.Float));
        return Ops.ran(Op.NORMALISE, y, Map.of("scale", Ops.floats(scale), "shift", Ops.floats(shift)), x);
    }

    /** Bilinear resize with half-pixel centres and no anti-aliasing: x (B, C, H, W) to (B, C, height, width). */
    public static Tensor resize(Tensor x, int height, int width) {
        Tensor y = torch.upsample_bilinear2d(x, new long[] {height, width}, false);
        return Ops.ran(Op.RESIZE, y, Map.of("height", height, "width", width), x);
    }

    /**
     * Bicubic resize (a = -0.75) with half-pixel centres, the border repeated and no anti-aliasing: x (B, C, H, W) to (B, C, height,
     * width).
     */
    public static Tensor resizeBicubic(Tensor x, int height, int width) {
        Tensor y = x.is_meta()
                ? Ops.like(x, x.size(0), x.size(1), height, width)
                : torch.upsample_bicubic2d(x, new long[] {height, width}, false);
        return Ops.ran(Op.RESIZE_BICUBIC, y, Map.of("height", height, "width", width), x);
    }

    /**
     * Resize by area: each pixel is the mean of those that it covers in part or whole, as adaptive average pooling has it: x (B, C, H, W)
     * to (B, C, height, width).
     */
    public static Tensor resizeArea(Tensor x, int height, int width) {
        Tensor y = x.is_meta()
                ? Ops.like(x, x.size(0), x.size(1), height, width)
                : torch.adaptive_avg_pool2d(x, height, width);
        return Ops.ran(Op.RESIZE_AREA, y, Map.of("height", height, "width", width), x);
    }

    /** Each pixel {@code times} times in both directions: x (B, C, H, W) to (B, C, times H, times W). */
    public static Tensor resizeNearest(Tensor x, int times) {
        long height = times * x.size(2);
        long width = times * x.size(3);
        Tensor y = x.is_meta()
                ? Ops.like(x, x.size(0), x.size(1), height, width)
                : torch.upsample_nearest2d(x, height, width);
        return Ops.ran(Op.RESIZE_NEAREST, y, Map.of("height", (int) height, "width", (int) width), x);
    }

    /** The greatest of each {@code size}×{@code size} pixels: x (B, C, H, W) to (B, C, H / size, W / size), what is left over dropped. */
    public static Tensor maxPool2d(Tensor x, int size) {
        return maxPool2d(x, size, size, 0);
    }

    /**
     * The greatest of each {@code size}×{@code size} pixels, those outside the image not counted: x (B, C, H, W) to (B, C, H', W') with
     * H' = (H + 2 padding - size) / stride + 1.
     */
    public static Tensor maxPool2d(Tensor x, int size, int stride, int padding) {
        long[] window = {size, size};
        Tensor y = x.is_meta()
                ? pooled(x, size, stride, padding)
                : torch.max_pool2d(
                        x,
                        window,
                        new long[] {stride, stride},
                        new long[] {padding, padding},
                        new long[] {1, 1},
                        false);
        return Ops.ran(Op.MAX_POOL, y, Map.of("size", size, "stride", stride, "padding", padding), x);
    }

    private static Tensor pooled(Tensor x, int size, int stride, int padding) {
        return Ops.like(
                x,
                x.size(0),
                x.size(1),
                (x.size(2) + 2L * padding - size) / stride + 1,
                (x.size(3) + 2L * padding - size) / stride + 1);
    }

    /**
     * The mean of each {@code size}×{@code size} pixels, those outside the image not counted: x (B, C, H, W) to (B, C, H', W') with
     * H' = (H + 2 padding - size) / stride + 1.
     */
    public static Tensor averagePool2d(Tensor x, int size, int stride, int padding) {
        Tensor y = x.is_meta()
                ? pooled(x, size, stride, padding)
                : torch.avg_pool2d(
                        x,
                        new long[] {size, size},
                        new long[] {stride, stride},
                        new long[] {padding, padding},
                        false,
                        false,
                        new LongOptional());
        return Ops.ran(Op.AVERAGE_POOL, y, Map.of("size", size, "stride", stride, "padding", padding), x);
    }
}
