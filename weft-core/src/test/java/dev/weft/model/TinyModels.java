package dev.weft.model;

import dev.weft.ops.Tensors;
import dev.weft.text.CharacterTokenizer;
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

    /** Characters from U+10000 on, so that there may be any number of them. */
    public static TextInput text(int vocabulary, int contextLength) {
        StringBuilder alphabet = new StringBuilder();
        for (int i = 0; i < vocabulary; i++) {
            alphabet.appendCodePoint(0x10000 + i);
        }
        return new TextInput(new CharacterTokenizer(alphabet.toString()), contextLength);
    }

    /** A model of the kind of GPT-2: heads split the width. */
    public static LanguageModel languageModel() {
        return (LanguageModel) Presets.named("lm-tiny").withInput(text(11, 10));
    }

    /** A model of the kind of Llama: heads of a fixed width, two to a key. */
    public static LanguageModel llama() {
        return (LanguageModel) Presets.named("lm-tiny-llama").withInput(text(11, 10));
    }

    /** What the model reads, images or token ids. */
    public static Tensor examples(ModelDefinition definition, int batch, long seed) {
        return definition.input().random(batch, new SplittableRandom(seed)).only();
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

    /** Blocks that are operations, of elastic width and depth. */
    public static MobileCnn mobileOperations() {
        return (MobileCnn) Presets.named("mobile-operations-tiny").withInput(input(3, 16));
    }

    /** A choice of operations. */
    public static CellNetwork cellNetwork() {
        return (CellNetwork) Presets.named("cell-tiny").withInput(input(3, 10));
    }

    /** The same, of which the 1×1 convolutions are the middle of the 3×3 ones, with a bias. */
    public static CellNetwork entangledCells() {
        CellNetwork cells = cellNetwork();
        return new CellNetwork(
                cells.input(),
                cells.resolution(),
                cells.channels(),
                cells.stages(),
                cells.cellsPerStage(),
                cells.edges(),
                true,
                CellNetwork.Affine.EVERYWHERE,
                cells.connected(),
                cells.initialisation(),
                true);
    }

    /** Edges on which all operations are slices of two weights. */
    public static CellStack cellStack() {
        return (CellStack) Presets.named("cell-stack-tiny").withInput(input(3, 10));
    }

    /** Cells of which a member keeps two edges into each node. */
    public static CellStack darts() {
        return (CellStack) Presets.named("cell-darts-tiny").withInput(input(3, 10));
    }

    /** The same, of which the 3×3 kernels are the middle of the 5×5 ones. */
    public static CellStack entangledDarts() {
        CellStack cells = darts();
        return new CellStack(
                cells.input(),
                cells.resolution(),
                cells.stem(),
                cells.cells(),
                cells.wiring(),
                cells.normal(),
                cells.reduction(),
                true,
                CellNetwork.Affine.EVERYWHERE,
                cells.hidden(),
                cells.initialisation());
    }

    /** Pixel values 0 to 255, (batch, C, H, W). */
    public static Tensor images(ModelDefinition definition, int batch, long seed) {
        ImageInput input = (ImageInput) definition.input();
        SplittableRandom random = new SplittableRandom(seed);
        float[] pixels = new float[batch * input.channels() * input.size() * input.size()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = random.nextInt(256);
        }
        return Tensors.of(pixels, batch, input.channels(), input.size(), input.size());
    }
}
