package dev.weft.weight;

import org.bytedeco.pytorch.Tensor;

/**
 * How a square kernel is moved over an image. Padding and depthwise groups follow from the kernel that is there: a weight that
 * is no slice may be larger than the member's dims say.
 *
 * @param padded whether half a kernel of zeros lies around the image, so that stride 1 keeps its size (odd kernels)
 * @param groups of channels that read only their own; {@link #DEPTHWISE} for as many as the weight has kernels
 */
public record Convolution(int stride, boolean padded, int groups) {
    /** One kernel a channel. */
    public static final int DEPTHWISE = 0;

    int padding(Tensor kernels) {
        return padded ? (int) kernels.size(2) / 2 : 0;
    }

    int groups(Tensor kernels) {
        return groups == DEPTHWISE ? (int) kernels.size(0) : groups;
    }
}
