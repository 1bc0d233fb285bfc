/**
 * What a member costs: {@link dev.weft.cost.CountedCosts} counts parameters, multiply-adds and bytes exactly, without computing
 * anything; {@link dev.weft.cost.Latency} measures in ONNX Runtime on this machine. Imports {@code export}, {@code model},
 * {@code nn}, {@code weight}, {@code ops}, {@code space} and {@code io}.
 */
package dev.weft.cost;
