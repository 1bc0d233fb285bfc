package dev.weft.cost;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.weft.export.ExportedInput;
import dev.weft.export.ExportedPort;
import dev.weft.export.ExportedText;
import dev.weft.export.OnnxFile;
import dev.weft.natives.OnnxRuntime;
import dev.weft.seed.RandomStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** A model in ONNX Runtime with its input, warmed up, whose runs are timed. Holds both until {@link #close}. */
final class TimedModel implements AutoCloseable {
    private final OrtSession session;
    private final Map<String, OnnxTensor> feed;

    private TimedModel(OrtSession session, Map<String, OnnxTensor> feed) {
        this.session = session;
        this.feed = feed;
    }

    static TimedModel open(OnnxFile file, LatencySettings settings) {
        OrtSession session = file.session(settings.threads());
        TimedModel model = new TimedModel(session, new LinkedHashMap<>());
        boolean done = false;
        try {
            noise(file, settings.batch(), model.feed);
            for (int i = 0; i < settings.warmup(); i++) {
                session.run(model.feed).close();
            }
            done = true;
            return model;
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime failed: " + e.getMessage(), e);
        } finally {
            if (!done) {
                model.close();
            }
        }
    }

    /** The nanoseconds of each run, from the fastest to the slowest: so many runs, and more while there is time. */
    long[] time(int runs, long leastNanos) throws OrtException {
        long[] nanos = new long[runs];
        int count = 0;
        long begin = System.nanoTime();
        while (count < runs || System.nanoTime() - begin < leastNanos) {
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

    /** Images of noise, texts of random tokens as long as in training, or noise in every port, whose open axes are as long as they come. */
    private static void noise(OnnxFile file, int batch, Map<String, OnnxTensor> feed) throws OrtException {
        SplittableRandom random = RandomStream.STAND_IN.random(0);
        if (!file.inputs().isEmpty()) {
            for (ExportedPort port : file.inputs()) {
                feed.put(port.name(), noise(port, batch, random));
            }
            return;
        }
        if (file.text().isPresent()) {
            ExportedText text = file.text().get();
            LongBuffer tokens = direct(Long.BYTES, batch * text.contextLength()).asLongBuffer();
            while (tokens.hasRemaining()) {
                tokens.put(random.nextInt(text.vocabularySize()));
            }
            long[] shape = {batch, text.contextLength()};
            feed.put(OnnxFile.TOKENS, OnnxTensor.createTensor(OnnxRuntime.environment(), tokens.flip(), shape));
            return;
        }
        ExportedInput images = file.images().orElseThrow();
        FloatBuffer pixels = direct(Float.BYTES, Math.multiplyExact(batch, images.pixelsPerImage()))
                .asFloatBuffer();
        while (pixels.hasRemaining()) {
            pixels.put(random.nextInt(256));
        }
        long[] shape = {batch, images.channels(), images.size(), images.size()};
        feed.put(OnnxFile.IMAGE, OnnxTensor.createTensor(OnnxRuntime.environment(), pixels.flip(), shape));
    }

    /** Numbers from 0 to 1; whole numbers are 0, since nobody says which of them a model knows. */
    private static OnnxTensor noise(ExportedPort port, int batch, SplittableRandom random) throws OrtException {
        int count = Math.multiplyExact(batch, port.numbers());
        long[] shape = new long[port.axes().size() + 1];
        shape[0] = batch;
        for (int i = 1; i < shape.length; i++) {
            shape[i] = port.axes().get(i - 1).size();
        }
        if (port.isInteger()) {
            LongBuffer zeros = direct(Long.BYTES, count).asLongBuffer();
            return OnnxTensor.createTensor(OnnxRuntime.environment(), zeros, shape);
        }
        FloatBuffer values = direct(Float.BYTES, count).asFloatBuffer();
        while (values.hasRemaining()) {
            values.put((float) random.nextDouble());
        }
        return OnnxTensor.createTensor(OnnxRuntime.environment(), values.flip(), shape);
    }

    private static ByteBuffer direct(int bytesEach, int count) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(bytesEach, count)).order(ByteOrder.nativeOrder());
    }

    @Override
    public void close() {
        feed.values().forEach(OnnxTensor::close);
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime failed: " + e.getMessage(), e);
        }
    }
}
