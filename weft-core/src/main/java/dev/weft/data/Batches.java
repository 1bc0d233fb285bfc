package dev.weft.data;

/**
 * The batches that a run trains on, step by step. Every batch is a function of seed and step: a resumed run needs no cursor but the
 * step number, and a step gives the same bytes in every process. Thread-safe.
 */
public interface Batches {
    /** How many steps see about as much as the data set holds; at least 1. */
    long stepsPerEpoch();

    /** The batch of a step, from 0; its tensors belong to the caller's scope. */
    Batch batch(long step);
}
