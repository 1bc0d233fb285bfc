package dev.weft.ops;

/** The kinds of operation that a {@link Recorder} is told about, one per method of {@link Ops}. */
public enum Op {
    LINEAR,
    CONV2D,
    BATCH_NORM,
    LAYER_NORM,
    RMS_NORM,
    RELU,
    HARD_SWISH,
    SILU,
    GELU,
    SIGMOID,
    HARD_SIGMOID,
    ADD,
    MULTIPLY,
    NORMALISE,
    RESIZE,
    MEAN,
    MAX_POOL,
    AVERAGE_POOL,
    ZEROS,
    UNFLATTEN,
    FLATTEN,
    TRANSPOSE,
    ATTENTION,
    CAUSAL_ATTENTION,
    ROTARY,
    ADD_POSITIONS,
    PREPEND_TOKEN,
    SELECT,
    CONCATENATE,
    EMBEDDING,
    /** A {@link CustomOperation}, which the attribute {@code operation} is. */
    CUSTOM
}
