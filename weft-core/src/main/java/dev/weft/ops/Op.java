package dev.weft.ops;

/** The kinds of operation that a {@link Recorder} is told about, one per method of {@link Ops}. */
public enum Op {
    LINEAR,
    CONV2D,
    BATCH_NORM,
    LAYER_NORM,
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
    UNFLATTEN,
    FLATTEN,
    TRANSPOSE,
    ATTENTION,
    PREPEND_TOKEN,
    SELECT,
    EMBEDDING
}
