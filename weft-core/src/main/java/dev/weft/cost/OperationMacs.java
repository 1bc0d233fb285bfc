package dev.weft.cost;

import dev.weft.ops.Op;

/** One operation of a pass that multiplies, and how often it does. */
public record OperationMacs(Op op, long macs) {}
