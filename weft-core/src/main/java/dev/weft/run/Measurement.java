package dev.weft.run;

/**
 * One measured number of one member.
 *
 * @param member the member as it prints
 * @param metric what was measured, such as {@code accuracy} or {@code latencyMillisP50}
 * @param context what else the number depends on, such as a fingerprint of the weights and the split, or of the hardware and the
 *     threads; empty when nothing
 */
public record Measurement(String member, String metric, String context, double value) {}
