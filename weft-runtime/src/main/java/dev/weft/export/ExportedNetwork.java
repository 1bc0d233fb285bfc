package dev.weft.export;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.weft.natives.OnnxRuntime;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An exported model of any inputs and outputs, ready to run by their names. It needs ONNX Runtime and nothing else: libtorch is not
 * loaded. Thread-safe. Holds native memory until {@link #close}, which waits for runs that are under way.
 */
public final class ExportedNetwork implements AutoCloseable {
    private final OnnxFile file;
    private final OnnxSession session;

    /** Numbers in rows, of float32 or of int64. */
    public static final class Numbers {
        private final float[] floats;
        private final long[] longs;
        private final long[] shape;

        private Numbers(float[] floats, long[] longs, long[] shape) {
            this.floats = floats;
            this.longs = longs;
            this.shape = shape;
        }

        /** Those of float32, row by row; not copied. */
        public float[] floats() {
            return floats;
        }

        /** Their shape, the batch first. */
        public long[] shape() {
            return shape;
        }

        /** Numbers of float32. */
        public static Numbers of(float[] values, long... shape) {
            return new Numbers(values, null, shape);
        }

        /** Numbers of int64. */
        public static Numbers of(long[] values, long... shape) {
            return new Numbers(null, values, shape);
        }

        private OnnxTensor tensor() throws OrtException {
            OrtEnvironment environment = OnnxRuntime.environment();
            return floats == null
                    ? OnnxTensor.createTensor(environment, LongBuffer.wrap(longs), shape)
                    : OnnxTensor.createTensor(environment, FloatBuffer.wrap(floats), shape);
        }
    }

    private ExportedNetwork(OnnxFile file, int threads) {
        if (file.inputs().isEmpty()) {
            throw new InvalidInputException("The model of member \"" + file.member()
                    + "\" must have ports of its own, but reads images or text. Open it as an ExportedModel or an"
                    + " ExportedLanguageModel.");
        }
        this.file = file;
        this.session = new OnnxSession(file, threads);
    }

    /**
     * Opens a file that Weft exported; one run uses one thread.
     *
     * @throws InvalidInputException when the file is damaged, Weft did not write it, or it reads images or text
     */
    public static ExportedNetwork open(Path file) {
        return open(OnnxFile.read(file), 1);
    }

    /** @param threads that one run may use */
    public static ExportedNetwork open(OnnxFile file, int threads) {
        return new ExportedNetwork(file, threads);
    }

    /** What it must be given. */
    public List<ExportedPort> inputs() {
        return file.inputs();
    }

    /** What it gives. */
    public List<ExportedPort> outputs() {
        return file.outputs();
    }

    /**
     * The outputs by name for inputs by name.
     *
     * @throws InvalidInputException when an input is missing or of another shape
     */
    public Map<String, Numbers> run(Map<String, Numbers> inputs) {
        for (ExportedPort port : inputs()) {
            Numbers given = inputs.get(port.name());
            boolean fits = given != null
                    && (given.longs != null) == port.isInteger()
                    && given.shape.length == port.axes().size() + 1;
            for (int i = 0; fits && i < port.axes().size(); i++) {
                fits = port.axes().get(i).isOpen() || port.axes().get(i).size() == given.shape[i + 1];
            }
            if (!fits) {
                throw new InvalidInputException("The model of member \"" + file.member() + "\" must be given " + port
                        + " after the batch, but was given "
                        + (given == null ? "nothing of that name." : java.util.Arrays.toString(given.shape) + "."));
            }
        }
        return session.run(
                () -> {
                    Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
                    for (ExportedPort port : inputs()) {
                        tensors.put(port.name(), inputs.get(port.name()).tensor());
                    }
                    return tensors;
                },
                result -> {
                    Map<String, Numbers> outputs = new LinkedHashMap<>();
                    for (ExportedPort port : outputs()) {
                        OnnxTensor tensor = (OnnxTensor) result.get(port.name()).orElseThrow();
                        FloatBuffer buffer = tensor.getFloatBuffer();
                        float[] values = new float[buffer.remaining()];
                        buffer.get(values);
                        outputs.put(
                                port.name(), Numbers.of(values, tensor.getInfo().getShape()));
                    }
                    return outputs;
                });
    }

    @Override
    public void close() {
        session.close();
    }
}
