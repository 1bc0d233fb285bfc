package dev.weft.bench;

import dev.weft.data.FashionMnist;
import dev.weft.data.ImageDataset;
import dev.weft.model.ImageInput;
import dev.weft.model.MobileCnn;
import dev.weft.model.MobileCnn.Block;
import dev.weft.model.MobileCnn.Stage;
import dev.weft.model.MobileCnn.Stem;
import dev.weft.model.ModelDefinition;
import dev.weft.model.Presets;
import dev.weft.model.VisionTransformer;
import dev.weft.nn.Activation;
import java.util.Collections;
import java.util.List;

/** The fixed models that are measured. Change one and old results no longer compare. */
final class BenchModels {
    private static final ImageInput FASHION =
            new ImageInput(1, 28, List.of(0.286), List.of(0.353), FashionMnist.CLASSES);

    private BenchModels() {}

    /** By the names that worker processes are given. */
    static ModelDefinition named(String name) {
        return switch (name) {
            case "mobile-cnn" -> mobileCnn();
            case "vision-transformer" -> visionTransformer();
            default -> throw new IllegalArgumentException("no such model: " + name);
        };
    }

    /** Training images of 28×28 grey pixels. */
    static ImageDataset trainingImages() {
        return FashionMnist.embedded().train();
    }

    /** Inverted residual blocks for 28×28 grey images; about 200,000 parameters at the largest. */
    static MobileCnn mobileCnn() {
        List<Integer> kernels = List.of(3, 5);
        List<Double> expands = List.of(3.0, 4.0, 6.0);
        return new MobileCnn(
                FASHION,
                List.of(28),
                new Stem(List.of(16, 24), 2),
                List.of(
                        new Stage(Block.DEPTHWISE, List.of(16, 24), List.of(1, 2), kernels, expands, 1, false),
                        new Stage(Block.DEPTHWISE, List.of(24, 32, 40), List.of(1, 2), kernels, expands, 2, false),
                        new Stage(Block.DEPTHWISE, List.of(40, 48, 64), List.of(1, 2, 3), kernels, expands, 2, false)),
                List.of(),
                Activation.HARD_SWISH,
                false);
    }

    /** 28×28 grey images as 16 patches; about 1.2 million parameters at the largest. */
    static VisionTransformer visionTransformer() {
        VisionTransformer.Block block = new VisionTransformer.Block(List.of(2, 3, 4), List.of(2.0, 3.0, 4.0));
        return new VisionTransformer(
                FASHION, 28, 7, List.of(64, 96, 128), List.of(4, 5, 6), 32, Collections.nCopies(6, block));
    }

    /** Twenty layers in every member: a stem, six blocks of three convolutions, a classifier. Only sizes are chosen. */
    static MobileCnn twentyLayers() {
        List<Integer> kernels = List.of(3, 5);
        List<Double> expands = List.of(3.0, 4.0, 6.0);
        List<Integer> depth = List.of(2);
        return new MobileCnn(
                FASHION,
                List.of(28),
                new Stem(List.of(16, 24), 2),
                List.of(
                        new Stage(Block.DEPTHWISE, List.of(16, 24), depth, kernels, expands, 1, false),
                        new Stage(Block.DEPTHWISE, List.of(24, 32, 40), depth, kernels, expands, 2, false),
                        new Stage(Block.DEPTHWISE, List.of(40, 48, 64), depth, kernels, expands, 1, false)),
                List.of(),
                Activation.HARD_SWISH,
                false);
    }

    /** As large as the networks that phones run: 96×96 colour images, about 5 million parameters at the largest. */
    static MobileCnn phoneSized() {
        ImageInput colour = new ImageInput(
                3, 96, Collections.nCopies(3, 0.5), Collections.nCopies(3, 0.25), List.of("cat", "dog", "bird"));
        List<Integer> kernels = List.of(3, 5);
        List<Double> expands = List.of(4.0, 6.0);
        return new MobileCnn(
                colour,
                List.of(64, 96),
                new Stem(List.of(24, 32), 2),
                List.of(
                        new Stage(Block.DEPTHWISE, List.of(24, 32), List.of(1, 2), kernels, expands, 2, true),
                        new Stage(Block.DEPTHWISE, List.of(40, 48), List.of(2, 3), kernels, expands, 2, true),
                        new Stage(Block.DEPTHWISE, List.of(80, 96), List.of(2, 3), kernels, expands, 2, true),
                        new Stage(Block.DEPTHWISE, List.of(160, 192), List.of(2, 3), kernels, expands, 2, true)),
                List.of(640, 1280),
                Activation.HARD_SWISH,
                false);
    }

    /** The quickstart's. */
    static ModelDefinition quickstart() {
        return Presets.named("mobile-quick").withInput(FASHION);
    }

    /** Small enough for ten thousand steps in a few minutes, with every kind of layer of the mobile network. */
    static MobileCnn tiny() {
        return new MobileCnn(
                FASHION,
                List.of(14, 28),
                new Stem(List.of(4, 8), 2),
                List.of(
                        new Stage(Block.FUSED, List.of(8), List.of(1), List.of(3), List.of(1.0), 2, false),
                        new Stage(
                                Block.DEPTHWISE, List.of(8, 16), List.of(1, 2), List.of(3, 5), List.of(2.0), 2, true)),
                List.of(16),
                Activation.SILU,
                false);
    }

    /** As {@link #tiny}, for a transformer. */
    static VisionTransformer tinyTransformer() {
        VisionTransformer.Block block = new VisionTransformer.Block(List.of(1, 2), List.of(1.0, 2.0));
        return new VisionTransformer(FASHION, 28, 14, List.of(16, 32), List.of(1, 2), 16, List.of(block, block));
    }
}
