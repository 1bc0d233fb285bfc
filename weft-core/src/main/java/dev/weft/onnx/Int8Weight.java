package dev.weft.onnx;

/**
 * A weight in int8, symmetric, with one scale for each output channel: {@code w ≈ scale[channel] · q}. It uses
 * the 127 values from -63 to 63 of the 255 that int8 has: on processors without VNNI the products of two neighbours are added up in 16 bits and would be
 * cut off there, so that a file that is right on one machine would be wrong on another.
 */
final class Int8Weight {
    /** What stands for 0 in {@link #unsigned}. */
    static final int UNSIGNED_ZERO = 128;

    private static final int MOST = 63;

    private final byte[] values;
    private final float[] scales;

    private Int8Weight(byte[] values, float[] scales) {
        this.values = values;
        this.scales = scales;
    }

    /** @param axis of the output channels */
    static Int8Weight of(Constant weight, int axis) {
        return of(weight, axis, new float[weight.size(axis)]);
    }

    /** @param least the scale of each output channel, at the least */
    static Int8Weight of(Constant weight, int axis, float[] least) {
        int channels = weight.size(axis);
        int inner = 1;
        for (int later = axis + 1; later < weight.shape().size(); later++) {
            inner *= weight.size(later);
        }
        float[] source = weight.values();
        float[] scales = least.clone();
        for (int i = 0; i < source.length; i++) {
            int channel = i / inner % channels;
            scales[channel] = Math.max(scales[channel], Math.abs(source[i]) / MOST);
        }
        for (int channel = 0; channel < channels; channel++) {
            scales[channel] = scales[channel] > 0 ? scales[channel] : 1; // all weights are 0, whatever the scale
        }
        byte[] values = new byte[source.length];
        for (int i = 0; i < source.length; i++) {
            values[i] = (byte) Math.round(source[i] / scales[i / inner % channels]);
        }
        return new Int8Weight(values, scales);
    }

    byte[] values() {
        return values;
    }

    /** The same plus {@link #UNSIGNED_ZERO}, as uint8. */
    byte[] unsigned() {
        byte[] unsigned = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            unsigned[i] = (byte) (values[i] + UNSIGNED_ZERO);
        }
        return unsigned;
    }

    float[] scales() {
        return scales;
    }
}
