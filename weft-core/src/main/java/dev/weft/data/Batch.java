package dev.weft.data;

import dev.weft.ops.Bundle;
import dev.weft.ops.Devices;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * Some examples as tensors, created in the caller's {@code PointerScope}, which frees them; without a scope, {@link #close} does.
 *
 * @param inputs what a model reads, by the names of its ports: images as float32 (B, C, H, W), raw pixel values 0 to 255, because the
 *     model's first layer resizes and normalises; text as tokens, int64 (B, T)
 * @param targets what its outputs are compared with, by name: labels, int64, are classes (B) or the next tokens (B, T)
 * @param indices which examples: the places of images in their data set, or of the windows' first tokens in their text
 * @param mixture what the examples are mixed with, where they are
 */
public record Batch(Bundle inputs, Bundle targets, List<Integer> indices, Optional<Mixture> mixture)
        implements AutoCloseable {
    /** The name of images among the inputs. */
    public static final String IMAGE = "image";
    /** The name of text among the inputs. */
    public static final String TOKENS = "tokens";
    /** The name of labels among the targets. */
    public static final String LABELS = "labels";

    private static final int PARALLEL_VALUES = 1 << 20;

    /**
     * What else the examples of a batch show. Their target is {@code share} of their labels and the rest of their partners'.
     *
     * @param partners labels of what was mixed in, of the shape of the batch's labels
     * @param share from 0 to 1
     */
    public record Mixture(Tensor partners, double share) {}

    public Batch {
        indices = List.copyOf(indices);
    }

    /** Examples as they are. */
    public Batch(Bundle inputs, Bundle targets, List<Integer> indices) {
        this(inputs, targets, indices, Optional.empty());
    }

    /** Examples of one input and one target, whatever a model calls them. */
    public Batch(Tensor input, Tensor target, List<Integer> indices) {
        this(Bundle.of("input", input), Bundle.of("target", target), indices);
    }

    /** The targets of a model that has one: classes (B), the next tokens (B, T), or whatever it is that is predicted. */
    public Tensor labels() {
        return targets.only();
    }

    /** The number of examples. */
    public int size() {
        return indices.size();
    }

    /** Frees its tensors now rather than with the scope. */
    @Override
    public void close() {
        inputs.close();
        targets.close();
        mixture.ifPresent(mixed -> mixed.partners().close());
    }

    /** Writes the pixels of the example at a place of the batch, perhaps augmented. */
    interface Source {
        void pixels(int place, byte[] into, int offset);
    }

    static Batch of(ImageDataset data, int[] indices, Source source) {
        int length = data.exampleBytes();
        Tensor images = Tensors.floats(indices.length, data.channels(), data.height(), data.width());
        FloatBuffer values = Tensors.buffer(images);
        long[] labels = new long[indices.length];
        IntStream each = IntStream.range(0, indices.length);
        // Large images may have to be decoded first: use all cores. Every example has its own place, so order does not
        // matter.
        (values.capacity() > PARALLEL_VALUES ? each.parallel() : each).forEach(i -> {
            byte[] pixels = new byte[length];
            source.pixels(i, pixels, 0);
            float[] floats = new float[length];
            for (int p = 0; p < length; p++) {
                floats[p] = pixels[p] & 0xFF;
            }
            values.put(i * length, floats);
            labels[i] = data.label(indices[i]);
        });
        return new Batch(
                Bundle.of(IMAGE, Devices.here(images)),
                Bundle.of(LABELS, Tensors.longs(labels, labels.length)),
                Arrays.stream(indices).boxed().toList());
    }

    /** Windows of {@code length} tokens, one after another in {@code inputs} and {@code labels}. */
    static Batch of(long[] inputs, long[] labels, int[] starts, int length) {
        return new Batch(
                Bundle.of(TOKENS, Tensors.longs(inputs, starts.length, length)),
                Bundle.of(LABELS, Tensors.longs(labels, starts.length, length)),
                Arrays.stream(starts).boxed().toList());
    }
}
