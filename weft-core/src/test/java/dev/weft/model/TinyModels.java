package dev.weft.model;

import dev.weft.model.MobileCnn.Block;
import dev.weft.model.MobileCnn.Stage;
import dev.weft.model.MobileCnn.Stem;
import dev.weft.nn.Activation;
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

    /** Depthwise and fused stages, squeeze-excite, every choice. */
    public static MobileCnn mobileCnn() {
        return new MobileCnn(
                input(3, 16),
                List.of(12, 16),
                new Stem(List.of(8, 16), 1),
                List.of(
                        new Stage(Block.FUSED, List.of(8, 16), List.of(1, 2), List.of(3), List.of(1.0), 1, false),
                        new Stage(
                                Block.DEPTHWISE,
                                List.of(16, 24),
                                List.of(1, 2, 3),
                                List.of(3, 5),
                                List.of(2.0, 4.0),
                                2,
                                true),
                        new Stage(
                                Block.DEPTHWISE,
                                List.of(24, 32),
                                List.of(1, 2),
                                List.of(3, 5),
                                List.of(1.0),
                                2,
                                false)),
                List.of(32, 48),
                Activation.SILU,
                false);
    }

    public static VisionTransformer visionTransformer() {
        VisionTransformer.Block block = new VisionTransformer.Block(List.of(1, 2, 3), List.of(2.0, 3.5));
        return new VisionTransformer(
                input(1, 8), 8, 4, List.of(16, 20, 24), List.of(2, 3, 4), 8, List.of(block, block, block, block));
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
