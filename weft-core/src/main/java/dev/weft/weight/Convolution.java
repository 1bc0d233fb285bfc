package dev.weft.weight;

import org.bytedeco.pytorch.Tensor;

/**
 * How a square kernel is moved over an image. Padding and depthwise groups follow from the kernel that is there: a weight that
 * is no slice may be larger than the member's dims say.
 *
 * @param trim how many fewer rows of zeros than half a kernel lie around the image: with 0, stride 1 keeps its size (odd kernels)
 * @param dilation how far apart the pixels are that a kernel reads; 1 for neighbours
 * @param groups of channels that read only their own; {@link #DEPTHWISE} for as many as the weight has kernels
 */
public record Convolution(int stride, int trim, int dilation, int groups) {
    /** One kernel a channel. */
    public static final int DEPTHWISE = 0;

    public int padding(Tensor kernels) {
        return dilation * ((int) kernels.size(2) / 2) - trim;
    }

    public int groups(Tensor kernels) {
        return groups == DEPTHWISE ? (int) kernels.size(0) : groups;
    }
}
