package dev.weft.onnx;

/** The range that the values of an activation lie in; 0 is always between, so that it is exact in integers. */
record ActivationRange(double low, double high) {
    private static final int LEVELS = 255;

    ActivationRange {
        low = Math.min(0, low);
        high = Math.max(0, high);
    }

    /** The step between two uint8 values. */
    float scale() {
        return high > low ? (float) ((high - low) / LEVELS) : 1;
    }

    /** The uint8 value that stands for 0. */
    int zeroPoint() {
        return (int) Math.max(0, Math.min(LEVELS, Math.round(-low / scale())));
    }
}
