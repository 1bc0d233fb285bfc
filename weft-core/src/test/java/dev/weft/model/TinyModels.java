package dev.weft.model;

import dev.weft.ops.Tensors;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;

/** Small models that use every kind of choice, for tests. */
public final class TinyModels {
    private TinyModels() {}

    public static ImageInput input(int channels, int size) {
        List<Double> half = java.util.Collections.nCopies(channels, 0.5);
        return new ImageInput(channels, size, half, half, List.of("a", "b", "c"));
    }

    public static MobileCnn mobileCnn() {
        return (MobileCnn) Presets.named("mobile-tiny").withInput(input(3, 16));
    }

    public static VisionTransformer visionTransformer() {
        return (VisionTransformer) Presets.named("vit-tiny").withInput(input(1, 8));
    }

    /** Without batch norm, with hidden layers; {@code conv-quick} is the other way round. */
    public static ConvNet convNet() {
        return new ConvNet(
                input(3, 16),
                12,
                List.of(
                        new ConvNet.Conv(List.of(4, 6), List.of(3, 5), 0, true),
                        new ConvNet.Conv(List.of(5, 8), List.of(3, 5, 7), 1, false)),
                false,
                List.of(10, 7));
    }

    /** Pixel values 0 to 255, (batch, C, H, W). */
    public static Tensor images(ModelDefinition definition, int batch, long seed) {
        ImageInput input = definition.input();
        SplittableRandom random = new SplittableRandom(seed);
        float[] pixels = new float[batch * input.channels() * input.size() * input.size()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = random.nextInt(256);
        }
        return Tensors.of(pixels, batch, input.channels(), input.size(), input.size());
    }
}
