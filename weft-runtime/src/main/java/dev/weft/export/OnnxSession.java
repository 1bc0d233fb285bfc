package dev.weft.export;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** A model in ONNX Runtime, run from any thread until {@link #close}, which waits for runs that are under way. */
final class OnnxSession implements AutoCloseable {
    /** Makes the input of one run. */
    interface Input {
        OnnxTensor create() throws OrtException;
    }

    /** Makes the inputs of one run by name; those that are there when one fails are closed too. */
    interface Inputs {
        void create(Map<String, OnnxTensor> into) throws OrtException;
    }

    /** Reads what a run gave. */
    interface Outputs<T> {
        T read(OrtSession.Result result) throws OrtException;
    }

    private final String member;
    private final OrtSession session;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private boolean closed;

    OnnxSession(OnnxFile file, int threads) {
        this.member = file.member();
        this.session = file.session(threads);
    }

    /** The logits of one run, as nested Java arrays. */
    Object run(String name, Input input) {
        return run(
                into -> into.put(name, input.create()), result -> result.get(0).getValue());
    }

    /** What is made of the outputs of one run. */
    <T> T run(Inputs inputs, Outputs<T> outputs) {
        lock.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("The model \"" + member + "\" is closed.");
            }
            Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
            try {
                inputs.create(tensors);
                try (OrtSession.Result result = session.run(tensors)) {
                    return outputs.read(result);
                }
            } finally {
                tensors.values().forEach(OnnxTensor::close);
            }
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime failed: " + e.getMessage(), e);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                session.close();
            }
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime failed: " + e.getMessage(), e);
        } finally {
            lock.writeLock().unlock();
        }
    }
}
