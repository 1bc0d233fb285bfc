package dev.weft.cost;

/**
 * How long one run of a member takes on one machine.
 *
 * @param p50Millis the median of the quietest round
 * @param p99Millis what 99 of 100 runs of that round kept to
 * @param repeats timed runs of that round
 * @param warmup runs before
 * @param threads that one run may use
 * @param batch images a run
 * @param hardwareFingerprint the machine: latencies of others do not compare
 */
public record LatencyMeasurement(
        double p50Millis,
        double p99Millis,
        int repeats,
        int warmup,
        int threads,
        int batch,
        String hardwareFingerprint) {}
