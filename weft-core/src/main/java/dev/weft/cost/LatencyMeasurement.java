package dev.weft.cost;

/**
 * How long one run of a member takes on one machine.
 *
 * @param p50Millis the median
 * @param p99Millis what 99 of 100 runs kept to while the machine was quieter
 * @param halfWidthMillis how far the median may be from what another measurement finds: half the width of its 95 % interval, or of the
 *     range of the rounds where there is no reference beside it
 * @param slowdown how many times as long a reference member took as on the quiet machine, which {@code p50Millis} is corrected by; 1
 *     where there is no reference
 * @param repeats timed runs that it is of
 * @param warmup runs before
 * @param threads that one run may use
 * @param batch images a run
 * @param hardwareFingerprint the machine: latencies of others do not compare
 */
public record LatencyMeasurement(
        double p50Millis,
        double p99Millis,
        double halfWidthMillis,
        double slowdown,
        int repeats,
        int warmup,
        int threads,
        int batch,
        String hardwareFingerprint) {}
