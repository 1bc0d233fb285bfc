package dev.weft.nn;

import dev.weft.ops.Bundle;

/**
 * A model once it is built: its inputs by name to its outputs by name, for one pass. A model of one input and one output is a
 * {@link Layer}, which is a network too; one of several takes its inputs by name and calls layers on them.
 */
@FunctionalInterface
public interface Network {
    /** The outputs belong to the caller's {@code PointerScope}. */
    Bundle forward(Bundle inputs, Pass pass);
}
