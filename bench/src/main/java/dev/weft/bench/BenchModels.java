package dev.weft.bench;

import dev.weft.data.Augmentation;
import dev.weft.data.Batch;
import dev.weft.data.FashionMnist;
import dev.weft.data.ImageBatches;
import dev.weft.data.ImageDataset;
import dev.weft.model.ImageInput;
import dev.weft.model.LanguageModel;
import dev.weft.model.MobileCnn;
import dev.weft.model.MobileCnn.Block;
import dev.weft.model.MobileCnn.Stage;
import dev.weft.model.MobileCnn.Stem;
import dev.weft.model.ModelDefinition;
import dev.weft.model.Presets;
import dev.weft.model.TextInput;
import dev.weft.model.VisionTransformer;
import dev.weft.nn.Activation;
import dev.weft.nn.Mlp;
import dev.weft.nn.Norm;
import dev.weft.ops.Bundle;
import dev.weft.recipe.Recipes;
import dev.weft.text.CharacterTokenizer;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** The fixed models that are measured. Change one and old results no longer compare. */
final class BenchModels {
    private static final ImageInput FASHION =
            new ImageInput(1, 28, List.of(0.286), List.of(0.353), FashionMnist.CLASSES);

    /** Tokens that a language model reads at a time. */
    static final int CONTEXT = 128;

    /** Sides of the images, by preset. */
    private static final Map<String, Integer> IMAGENET_SIZE = Map.of("mobile-bignas", 320, "vit-autoformer-tiny", 224);

    private BenchModels() {}

    /** The models by the names that worker processes are given. */
    static ModelDefinition named(String name) {
        return switch (name) {
            case "mobile-cnn" -> mobileCnn();
            case "vision-transformer" -> visionTransformer();
            case "cell-quick" -> Presets.named(name).withInput(FASHION);
            case "cell-nasbench201" ->
                Presets.named(name)
                        .withInput(new ImageInput(
                                3,
                                32,
                                List.of(0.491, 0.482, 0.447),
                                List.of(0.247, 0.243, 0.262),
                                FashionMnist.CLASSES));
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

    /** The model of {@code recipes/quickstart.yaml}: when the recipe changes, old results no longer compare. */
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

    /** Does what {@link #tiny} does, for a transformer. */
    static VisionTransformer tinyTransformer() {
        VisionTransformer.Block block = new VisionTransformer.Block(List.of(1, 2), List.of(1.0, 2.0));
        return new VisionTransformer(FASHION, 28, 14, List.of(16, 32), List.of(1, 2), 16, List.of(block, block));
    }

    /**
     * A network to be searched, with so many options a choice, evenly spaced up to the same largest: {@code fused-cnn} and {@code
     * transformer}, in which every weight depends on one choice; the same with {@code -all}, in which widths are choices too, so
     * that a weight depends on two or more; {@code language-model}, whose MLPs are choices alone.
     */
    static ModelDefinition searched(String name, int options) {
        return switch (name) {
            case "fused-cnn" -> fused(List.of(32), List.of(64), evenly(4, options));
            case "fused-cnn-all" -> fused(whole(evenly(32, options)), whole(evenly(64, options)), evenly(4, options));
            case "transformer" -> transformer(List.of(128), options);
            case "transformer-all" -> transformer(whole(evenly(128, options)), options);
            case "language-model" -> language(128, 4, 4, evenly(4, options), false);
            default -> throw new IllegalArgumentException("no such model: " + name);
        };
    }

    private static List<Double> evenly(double largest, int options) {
        return IntStream.rangeClosed(1, options)
                .mapToObj(i -> largest * i / options)
                .toList();
    }

    private static List<Integer> whole(List<Double> sizes) {
        return sizes.stream().map(size -> (int) Math.ceil(size)).toList();
    }

    private static MobileCnn fused(List<Integer> first, List<Integer> second, List<Double> expands) {
        return new MobileCnn(
                FASHION,
                List.of(28),
                new Stem(first, 2),
                List.of(
                        new Stage(Block.FUSED, first, List.of(2), List.of(3), expands, 1, false),
                        new Stage(Block.FUSED, second, List.of(2), List.of(3), expands, 2, false)),
                List.of(),
                Activation.RELU,
                false);
    }

    private static VisionTransformer transformer(List<Integer> embed, int options) {
        VisionTransformer.Block block = new VisionTransformer.Block(whole(evenly(8, options)), evenly(4, options));
        return new VisionTransformer(FASHION, 28, 4, embed, List.of(4), 16, Collections.nCopies(4, block));
    }

    /**
     * A plain or elastic language model for 128 characters of text.
     *
     * @param llama whether it is of Llama's kind, two heads to a key and value; otherwise of GPT-2's
     */
    static LanguageModel language(int embed, int depth, int heads, List<Double> ratios, boolean llama) {
        String alphabet =
                IntStream.range(32, 128).mapToObj(Character::toString).collect(java.util.stream.Collectors.joining());
        return new LanguageModel(
                new TextInput(new CharacterTokenizer(alphabet), CONTEXT),
                List.of(embed),
                List.of(depth),
                embed / heads,
                llama ? 2 : 1,
                llama ? LanguageModel.Positions.ROTARY : LanguageModel.Positions.LEARNED,
                llama ? Mlp.SWIGLU : Mlp.GELU,
                llama ? Norm.Kind.RMS : Norm.Kind.LAYER,
                1e-5,
                !llama,
                true,
                Collections.nCopies(depth, new LanguageModel.Block(List.of(heads), ratios)));
    }

    /** A batch that a model can train on: images, random pixels where we have none of that size, or random text of the whole context. */
    static Batch batch(ModelDefinition definition, int size) {
        if (FASHION.equals(definition.input())) {
            return new ImageBatches(trainingImages(), size, 0, Augmentation.none()).batch(0);
        }
        SplittableRandom random = new SplittableRandom(5);
        List<Integer> indices = IntStream.range(0, size).boxed().toList();
        Bundle inputs = definition.input().random(size, random);
        return new Batch(inputs, definition.input().randomTargets(size, random), indices);
    }
}
