package dev.weft.cost;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.weft.export.OnnxExporter;
import dev.weft.model.Family;
import dev.weft.model.ModelDefinition;
import dev.weft.model.NamedMember;
import dev.weft.natives.OnnxRuntime;
import dev.weft.nn.Calibration;
import dev.weft.nn.Pass;
import dev.weft.runtime.ExportedInput;
import dev.weft.runtime.ExportedText;
import dev.weft.runtime.OnnxFile;
import dev.weft.space.Member;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Measures the latency of members in ONNX Runtime on this machine. Other programs can only make a run slower, never faster, so
 * several rounds are timed and the one with the smallest median counts. Remembers nothing.
 */
public final class Latency {
    private static final int CALIBRATION_BATCH = 8;

    private Latency() {}

    /**
     * Measures a member from its definition alone, with fresh weights: the time does not depend on their values. Batch norm is
     * calibrated on noise, so that no activation shrinks to denormal numbers, which are slow.
     *
     * @param hardwareFingerprint written into the result
     */
    public static LatencyMeasurement measure(
            ModelDefinition definition, Member member, LatencySettings settings, String hardwareFingerprint) {
        try (Family alone = Family.of(definition.at(member), 0)) {
            Calibration calibration = new Calibration();
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard();
                    Tensor noise = definition.input().random(CALIBRATION_BATCH, new SplittableRandom(0))) {
                alone.forward(noise, new Pass(Member.PLAIN, calibration, 0, 0));
            }
            alone.name("model", new NamedMember(Member.PLAIN, calibration.statistics(), Map.of()));
            return measure(OnnxExporter.file(alone, member.toString()), settings, hardwareFingerprint);
        }
    }

    /** Measures an exported member. */
    public static LatencyMeasurement measure(OnnxFile file, LatencySettings settings, String hardwareFingerprint) {
        try (OrtSession session = file.session(settings.threads());
                OnnxTensor examples = noise(file, settings.batch())) {
            Map<String, OnnxTensor> feed =
                    Map.of(session.getInputNames().iterator().next(), examples);
            for (int i = 0; i < settings.warmup(); i++) {
                session.run(feed).close();
            }
            long[] quietest = round(session, feed, settings);
            for (int i = 1; i < settings.rounds(); i++) {
                long[] round = round(session, feed, settings);
                quietest = percentile(round, 50) < percentile(quietest, 50) ? round : quietest;
            }
            return new LatencyMeasurement(
                    percentile(quietest, 50) / 1e6,
                    percentile(quietest, 99) / 1e6,
                    quietest.length,
                    settings.warmup(),
                    settings.threads(),
                    settings.batch(),
                    hardwareFingerprint);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime failed: " + e.getMessage(), e);
        }
    }

    /** The nanoseconds of each run, from the fastest to the slowest. */
    private static long[] round(OrtSession session, Map<String, OnnxTensor> feed, LatencySettings settings)
            throws OrtException {
        long[] nanos = new long[settings.repeats()];
        int count = 0;
        long begin = System.nanoTime();
        while (count < settings.repeats() || System.nanoTime() - begin < settings.roundMillis() * 1_000_000L) {
            if (count == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * count);
            }
            long start = System.nanoTime();
            session.run(feed).close();
            nanos[count++] = System.nanoTime() - start;
        }
        nanos = Arrays.copyOf(nanos, count);
        Arrays.sort(nanos);
        return nanos;
    }

    /** The smallest of the sorted values that {@code percent} of them do not exceed. */
    static long percentile(long[] sorted, int percent) {
        return sorted[Math.max(0, (int) Math.ceil(sorted.length * percent / 100.0) - 1)];
    }

    /** Images of noise, or texts of random tokens as long as in training. */
    private static OnnxTensor noise(OnnxFile file, int batch) throws OrtException {
        SplittableRandom random = new SplittableRandom(0);
        if (file.text().isPresent()) {
            ExportedText text = file.text().get();
            LongBuffer tokens = direct(Long.BYTES, batch * text.contextLength()).asLongBuffer();
            while (tokens.hasRemaining()) {
                tokens.put(random.nextInt(text.vocabularySize()));
            }
            long[] shape = {batch, text.contextLength()};
            return OnnxTensor.createTensor(OnnxRuntime.environment(), tokens.flip(), shape);
        }
        ExportedInput images = file.images().orElseThrow();
        FloatBuffer pixels = direct(Float.BYTES, Math.multiplyExact(batch, images.pixelsPerImage()))
                .asFloatBuffer();
        while (pixels.hasRemaining()) {
            pixels.put(random.nextInt(256));
        }
        long[] shape = {batch, images.channels(), images.size(), images.size()};
        return OnnxTensor.createTensor(OnnxRuntime.environment(), pixels.flip(), shape);
    }

    private static ByteBuffer direct(int bytesEach, int count) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(bytesEach, count)).order(ByteOrder.nativeOrder());
    }
}
