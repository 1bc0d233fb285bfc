package dev.weft.cost;

import ai.onnxruntime.OrtException;
import dev.weft.export.OnnxFile;
import dev.weft.model.Family;
import dev.weft.model.FamilyDefinition;
import dev.weft.model.NamedMember;
import dev.weft.nn.Calibration;
import dev.weft.nn.Pass;
import dev.weft.onnx.OnnxExporter;
import dev.weft.ops.Bundle;
import dev.weft.seed.RandomStream;
import dev.weft.space.Member;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;

/**
 * Measures the latency of members in ONNX Runtime on this machine. Other programs can only make a run slower, never faster, so
 * several rounds are timed, with the model loaded anew each time, and the one with the smallest median counts. {@link PairedLatency}
 * compares members more sharply. Remembers nothing.
 */
public final class Latency {
    private static final int CALIBRATION_BATCH = 8;

    private Latency() {}

    /**
     * Measures a member from its family's definition alone, with fresh weights: the time does not depend on their values. Batch norm is
     * calibrated on noise, so that no activation shrinks to denormal numbers, which are slow.
     *
     * @param hardwareFingerprint written into the result
     */
    public static LatencyMeasurement measure(
            FamilyDefinition family, Member member, LatencySettings settings, String hardwareFingerprint) {
        return measure(file(family, member), settings, hardwareFingerprint);
    }

    /** What {@link #measure} measures of a member: its network with weights that mean nothing. */
    public static OnnxFile file(FamilyDefinition family, Member member) {
        FamilyDefinition plan = family.alone(member);
        try (Family alone = Family.of(plan.model(), 0, plan.sharing())) {
            Calibration calibration = new Calibration();
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard();
                    Bundle noise = plan.model().input().random(CALIBRATION_BATCH, RandomStream.STAND_IN.random(0))) {
                alone.forward(noise, new Pass(Member.PLAIN, calibration, 0, 0));
            }
            alone.name("model", new NamedMember(Member.PLAIN, calibration.statistics(), Map.of()));
            return OnnxExporter.file(alone, member.toString());
        }
    }

    /** Measures an exported member. */
    public static LatencyMeasurement measure(OnnxFile file, LatencySettings settings, String hardwareFingerprint) {
        long nanos = settings.roundMillis() * 1_000_000L;
        List<long[]> rounds = new ArrayList<>();
        try {
            for (int i = 0; i < settings.rounds(); i++) {
                try (TimedModel model = TimedModel.open(file, settings)) {
                    rounds.add(model.time(settings.repeats(), nanos));
                }
            }
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime failed: " + e.getMessage(), e);
        }
        rounds.sort(Comparator.comparingLong(round -> percentile(round, 50)));
        long[] quietest = rounds.get(0);
        long[] loudest = rounds.get(rounds.size() - 1);
        return new LatencyMeasurement(
                percentile(quietest, 50) / 1e6,
                percentile(quietest, 99) / 1e6,
                (percentile(loudest, 50) - percentile(quietest, 50)) / 2e6,
                1,
                quietest.length,
                settings.warmup(),
                settings.threads(),
                settings.batch(),
                hardwareFingerprint);
    }

    /** The smallest of the sorted values that {@code percent} of them do not exceed. */
    static long percentile(long[] sorted, int percent) {
        return sorted[Math.max(0, (int) Math.ceil(sorted.length * percent / 100.0) - 1)];
    }
}
