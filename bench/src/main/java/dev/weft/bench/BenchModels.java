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
import dev.weft.train.Recipes;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The fixed models that are measured. Change one and old results no longer compare. */
final class BenchModels {
    private static final ImageInput FASHION =
            new ImageInput(1, 28, List.of(0.286), List.of(0.353), FashionMnist.CLASSES);

    /** Sides of the images, by preset. */
    private static final Map<String, Integer> IMAGENET_SIZE = Map.of("mobile-bignas", 320, "vit-autoformer-tiny", 224);

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

    /** A preset of a published ImageNet space, for the largest images that its members read. */
    static ModelDefinition imageNet(String preset) {
        List<String> classes =
                IntStream.range(0, 1000).mapToObj(i -> "class" + i).toList();
        return Presets.named(preset)
                .withInput(new ImageInput(
                        3,
                        IMAGENET_SIZE.get(preset),
                        List.of(0.485, 0.456, 0.406),
                        List.of(0.229, 0.224, 0.225),
                        classes));
    }

    /** That of {@code recipes/quickstart.yaml}: when the recipe changes, old results no longer compare. */
    static ModelDefinition quickstart() {
        return Recipes.read("quickstart").model().withInput(FASHION);
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
