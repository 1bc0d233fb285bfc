/**
 * What a member costs: {@link dev.weft.cost.CountedCosts} counts parameters, multiply-adds and bytes exactly, without computing
 * anything; {@link dev.weft.cost.Latency} measures in ONNX Runtime on this machine. {@link dev.weft.cost.DifferentiableCost} is a
 * cost of every member at once that choices can be trained against: {@link dev.weft.cost.ExpectedCost} of the counts, exactly,
 * {@link dev.weft.cost.LatencyTable} of the time, by a sum. Imports {@code onnx}, {@code model},
 * {@code nn}, {@code weight}, {@code ops}, {@code space} and {@code io}.
 */
package dev.weft.cost;
