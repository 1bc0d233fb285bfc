package dev.weft.export;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.weft.natives.OnnxRuntime;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

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

        private int length() {
            return floats == null ? longs.length : floats.length;
        }

        private boolean isFull() {
            double count = 1; // where it is no int, it is none of an array
            for (long size : shape) {
                count *= size;
            }
            return Arrays.stream(shape).allMatch(size -> size >= 0) && count == length();
        }

        /** Their type and shape: {@code float32 (2, 3)}. */
        @Override
        public String toString() {
            return (floats == null ? ExportedPort.INTEGERS : ExportedPort.FLOATS)
                    + Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", ", " (", ")"));
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
        file.outputs().stream().filter(ExportedPort::isInteger).findFirst().ifPresent(port -> {
            throw new InvalidInputException("The model of member \"" + file.member()
                    + "\" must have outputs of float32, but gives " + port + ". Export it without that output.");
        });
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
     * @throws InvalidInputException when an input is missing or of another type or shape, or has not the numbers of its shape
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
                        + ", but was given "
                        + (given == null ? "nothing of that name. Inputs: " + inputs.keySet() : given) + ".");
            }
            if (!given.isFull()) {
                throw new InvalidInputException("The input \"" + port.name() + "\" must have as many numbers as its"
                        + " shape says, but was given " + given.length() + " for " + given
                        + ". Give the shape of the numbers, the batch first.");
            }
        }
        return session.run(
                tensors -> {
                    for (ExportedPort port : inputs()) {
                        tensors.put(port.name(), inputs.get(port.name()).tensor());
                    }
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
