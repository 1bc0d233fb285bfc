package dev.weft.cost;

import ai.onnxruntime.OrtException;
import dev.weft.export.OnnxFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Measures members beside a reference member, in turn, a few milliseconds each: a slower clock or another program slows both, and what
 * both share is divided out. So numbers of one machine compare, whenever they were measured, as far as their
 * {@linkplain LatencyMeasurement#halfWidthMillis() half widths} say, and a machine that was busy shows in
 * {@link LatencyMeasurement#slowdown()}. Holds the reference in ONNX Runtime until {@link #close}; for one thread.
 */
public final class PairedLatency implements AutoCloseable {
    /** Blocks of a load of the model; each has a block of the reference before it and one after. */
    private static final int BLOCKS = 4;
    /** A block of the reference needs fewer runs: it is timed twice for each block of the member. */
    private static final int REFERENCE_RUNS = 5;

    /** A large model is not slowed by quite as much as a small one: beyond this the correction itself is in doubt. */
    private static final double DOUBTFUL = 0.15;

    private static final int ATTEMPTS = 3;

    private final LatencySettings settings;
    private final double baselineMillis;
    private final String hardwareFingerprint;
    private final TimedModel reference;

    /**
     * @param baselineMillis the latency of the reference on a quiet machine, as {@link Latency#measure} gives it
     * @param hardwareFingerprint written into the results
     */
    public PairedLatency(
            OnnxFile reference, double baselineMillis, LatencySettings settings, String hardwareFingerprint) {
        this.settings = settings;
        this.baselineMillis = baselineMillis;
        this.hardwareFingerprint = hardwareFingerprint;
        this.reference = TimedModel.open(reference, settings);
    }

    /** Measures an exported member; up to three times while the machine is busy or unsteady, of which the surest counts. */
    public LatencyMeasurement measure(OnnxFile file) {
        LatencyMeasurement surest = once(file);
        for (int i = 1; i < ATTEMPTS && doubt(surest) > DOUBTFUL; i++) {
            LatencyMeasurement again = once(file);
            surest = doubt(again) < doubt(surest) ? again : surest;
        }
        return surest;
    }

    /** The part by which a measurement was corrected, or may be wrong, whichever is more. */
    static double doubt(LatencyMeasurement measured) {
        return Math.max(measured.slowdown() - 1, measured.halfWidthMillis() / measured.p50Millis());
    }

    private LatencyMeasurement once(OnnxFile file) {
        int blocks = BLOCKS * settings.rounds();
        int runs = Math.max(1, settings.repeats() / BLOCKS);
        long nanos = settings.roundMillis() * 1_000_000L / BLOCKS;
        List<long[]> timed = new ArrayList<>();
        double[] slowdown = new double[blocks];
        try {
            for (int load = 0; load < settings.rounds(); load++) {
                try (TimedModel model = TimedModel.open(file, settings)) {
                    double before = reference(nanos);
                    for (int i = 0; i < BLOCKS; i++) {
                        long[] block = model.time(runs, nanos);
                        double after = reference(nanos);
                        slowdown[timed.size()] = (before + after) / 2 / baselineMillis;
                        timed.add(block);
                        before = after;
                    }
                }
            }
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime failed: " + e.getMessage(), e);
        }
        LatencyBlocks found = LatencyBlocks.of(timed, slowdown, settings.rounds());
        Arrays.sort(slowdown);
        return new LatencyMeasurement(
                found.p50Millis(),
                Math.max(found.p50Millis(), found.p99Millis()),
                found.halfWidthMillis(),
                LatencyBlocks.median(slowdown),
                found.runs(),
                settings.warmup(),
                settings.threads(),
                settings.batch(),
                hardwareFingerprint);
    }

    /** The median of a short block of the reference, in milliseconds. */
    private double reference(long nanos) throws OrtException {
        return Latency.percentile(reference.time(REFERENCE_RUNS, nanos / 3), 50) / 1e6;
    }

    @Override
    public void close() {
        reference.close();
    }
}
