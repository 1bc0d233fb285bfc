package dev.weft.model;

import dev.weft.io.InputException;
import dev.weft.io.Suggest;
import dev.weft.model.LanguageModel.Positions;
import dev.weft.model.MobileCnn.Block;
import dev.weft.model.MobileCnn.Stage;
import dev.weft.model.MobileCnn.Stem;
import dev.weft.nn.Activation;
import dev.weft.nn.Initialisation;
import dev.weft.nn.Mlp;
import dev.weft.nn.Norm;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Model definitions by name, without their input: give them one with {@link ModelDefinition#withInput} before building.
 *
 * <table>
 * <caption>The presets</caption>
 * <tr><td>{@code mobile-tiny}, {@code vit-tiny}</td><td>every kind of choice, in seconds: for tests</td></tr>
 * <tr><td>{@code mobile-operations-tiny}</td><td>blocks that are operations with weights of their own: for tests</td></tr>
 * <tr><td>{@code mobile-quick}</td><td>28×28 images on two cores</td></tr>
 * <tr><td>{@code mobile-bignas}</td><td>the ImageNet space of BigNAS (Yu et al. 2020)</td></tr>
 * <tr><td>{@code conv-quick}</td><td>three convolutions on 14×14 images, 729 members: to compare searches on two cores</td></tr>
 * <tr><td>{@code conv-macro}</td>
 *     <td>the convolutional toy space of TangleNAS (Sukthanker et al. 2024) for CIFAR-10, 6561 members</td></tr>
 * <tr><td>{@code cell-tiny}, {@code cell-quick}, {@code cell-grey}</td>
 *     <td>the cell space of NAS-Bench-201 (Dong and Yang 2020), 15,284 members: on 8×8 images for tests, on 14×14 and on 28×28
 *     grey ones for two cores</td></tr>
 * <tr><td>{@code cell-nasbench201}</td><td>the same at its published size, for CIFAR-10, as PA&amp;DA (Lu et al. 2023) trains
 *     it: 1,692,474 weights</td></tr>
 * <tr><td>{@code cell-stack-tiny}, {@code cell-stack-quick}, {@code cell-stack-toy}</td>
 *     <td>the toy cell space of TangleNAS (Sukthanker et al. 2024), 4096 members: on 8×8 images for tests, on 14×14 ones for two cores,
 *     and at its published size for Fashion-MNIST</td></tr>
 * <tr><td>{@code cell-darts-tiny}, {@code cell-darts}</td>
 *     <td>the cell space of DARTS (Liu et al. 2019), 1.1e18 members: three cells on 8×8 images for tests, and at its
 *     published size for a search on CIFAR-10</td></tr>
 * <tr><td>{@code vit-autoformer-tiny}, {@code -small}, {@code -base}</td>
 *     <td>the ImageNet spaces of AutoFormer (Chen et al. 2021)</td></tr>
 * <tr><td>{@code lm-tiny}, {@code lm-tiny-llama}</td><td>every kind of choice of a GPT and of a Llama, in seconds: for tests</td></tr>
 * <tr><td>{@code lm-quick}</td><td>characters on two cores</td></tr>
 * <tr><td>{@code lm-tanglenas-tinystories}, {@code -openwebtext}, {@code -shakespeare}</td>
 *     <td>the GPT spaces of TangleNAS (Sukthanker et al. 2024), with the biases of GPT-2</td></tr>
 * </table>
 */
public final class Presets {
    private static final Map<String, ModelDefinition> ALL = new LinkedHashMap<>();

    static {
        ALL.put("mobile-tiny", mobileTiny());
        ALL.put("mobile-quick", mobileQuick());
        ALL.put("mobile-bignas", mobileBigNas());
        ALL.put("mobile-operations-tiny", mobileOperationsTiny());
        ALL.put("conv-quick", convQuick());
        ALL.put("conv-macro", convMacro());
        ALL.put("cell-tiny", cell(8, 4, 2, 1, CellNetwork.Affine.OUTSIDE_CELLS));
        ALL.put("cell-quick", cell(14, 8, 2, 1, CellNetwork.Affine.NOWHERE));
        ALL.put("cell-grey", cell(28, 16, 3, 1, CellNetwork.Affine.NOWHERE));
        ALL.put("cell-nasbench201", cell(32, 16, 3, 5, CellNetwork.Affine.NOWHERE));
        ALL.put("cell-stack-tiny", cellStack(8, 4, 8));
        ALL.put("cell-stack-quick", cellStack(14, 8, 64));
        ALL.put("cell-stack-toy", cellStack(28, 32, 128));
        ALL.put("cell-darts-tiny", darts(8, 2, 3));
        ALL.put("cell-darts", darts(32, 16, 8));
        ALL.put("vit-tiny", vitTiny());
        ALL.put("vit-autoformer-tiny", autoFormer(List.of(192, 216, 240), 12, List.of(3, 4), List.of(3.5, 4.0)));
        ALL.put(
                "vit-autoformer-small",
                autoFormer(List.of(320, 384, 448), 12, List.of(5, 6, 7), List.of(3.0, 3.5, 4.0)));
        ALL.put(
                "vit-autoformer-base",
                autoFormer(List.of(528, 576, 624), 14, List.of(8, 9, 10), List.of(3.0, 3.5, 4.0)));
        ALL.put("lm-tiny", gpt(List.of(16, 24), List.of(1, 2, 3), List.of(2, 4), List.of(1.5, 3.0)));
        ALL.put("lm-tiny-llama", llamaTiny());
        ALL.put("lm-quick", gpt(List.of(32, 48, 64), List.of(2, 3, 4), List.of(2, 4), List.of(2.0, 3.0, 4.0)));
        List<Double> ratios = List.of(2.0, 3.0, 4.0);
        ALL.put("lm-tanglenas-tinystories", gpt(List.of(384, 576, 768), List.of(5, 6, 7), List.of(6, 8, 12), ratios));
        ALL.put(
                "lm-tanglenas-openwebtext",
                gpt(List.of(192, 384, 768), List.of(10, 11, 12), List.of(6, 8, 12), ratios));
        ALL.put("lm-tanglenas-shakespeare", gpt(List.of(96, 192, 384), List.of(4, 5, 6), List.of(2, 4, 6), ratios));
    }

    private Presets() {}

    /** All presets by name, in the order of the table above. */
    public static Map<String, ModelDefinition> all() {
        return Collections.unmodifiableMap(ALL);
    }

    /** @throws InputException when there is no preset of that name */
    public static ModelDefinition named(String name) {
        ModelDefinition definition = ALL.get(name);
        if (definition == null) {
            throw new InputException("Unknown model preset \"" + name + "\". Known: " + String.join(", ", ALL.keySet())
                    + "." + Suggest.nearest(name, ALL.keySet()));
        }
        return definition;
    }

    private static MobileCnn mobileTiny() {
        return new MobileCnn(
                null,
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

    private static MobileCnn mobileOperationsTiny() {
        return new MobileCnn(
                null,
                List.of(12, 16),
                new Stem(List.of(8), 2),
                List.of(
                        operations(Block.FUSED, List.of(8, 12), List.of(1, 2), 1, List.of("skip", "k3-e1", "k5-e2")),
                        operations(
                                Block.DEPTHWISE,
                                List.of(16),
                                List.of(3),
                                2,
                                List.of("skip", "k3-e1", "k3-e3", "k5-e3"))),
                List.of(),
                Activation.RELU,
                true);
    }

    private static Stage operations(
            Block block, List<Integer> width, List<Integer> depth, int stride, List<String> operations) {
        return new Stage(block, width, depth, List.of(), List.of(), stride, false, List.of(operations));
    }

    private static MobileCnn mobileQuick() {
        List<Integer> kernels = List.of(3, 5);
        return new MobileCnn(
                null,
                List.of(20, 24, 28),
                new Stem(List.of(8, 16), 2),
                List.of(
                        new Stage(Block.FUSED, List.of(8, 16), List.of(1, 2), List.of(3), List.of(2.0), 1, false),
                        new Stage(Block.FUSED, List.of(16, 24, 32), List.of(1, 2, 3), kernels, List.of(2.0), 2, false),
                        new Stage(
                                Block.DEPTHWISE,
                                List.of(32, 48, 64),
                                List.of(1, 2, 3),
                                kernels,
                                List.of(2.0, 4.0),
                                2,
                                false)),
                List.of(64, 128),
                Activation.HARD_SWISH,
                true);
    }

    private static MobileCnn mobileBigNas() {
        return new MobileCnn(
                null,
                List.of(192, 224, 288, 320),
                new Stem(List.of(32, 40), 2),
                List.of(
                        bigNasStage(List.of(16, 24), List.of(1, 2), List.of(3), 1, 1),
                        bigNasStage(List.of(24, 32), List.of(2, 3), List.of(3), 6, 2),
                        bigNasStage(List.of(40, 48), List.of(2, 3), List.of(3, 5), 6, 2),
                        bigNasStage(List.of(80, 88), List.of(2, 3, 4), List.of(3, 5), 6, 2),
                        bigNasStage(List.of(112, 120, 128), List.of(2, 3, 4, 5, 6), List.of(3, 5), 6, 1),
                        bigNasStage(List.of(192, 200, 208, 216), List.of(2, 3, 4, 5, 6), List.of(3, 5), 6, 2),
                        bigNasStage(List.of(320, 352), List.of(1, 2), List.of(3, 5), 6, 1)),
                List.of(1280, 1408),
                Activation.SILU,
                true);
    }

    private static Stage bigNasStage(
            List<Integer> width, List<Integer> depth, List<Integer> kernelSize, double expandRatio, int stride) {
        return new Stage(Block.DEPTHWISE, width, depth, kernelSize, List.of(expandRatio), stride, true);
    }

    private static ConvNet convQuick() {
        return new ConvNet(null, 14, List.of(conv(4, true), conv(8, true), conv(16, false)), true, List.of());
    }

    /** The place of the two poolings is not published; that there are two follows from the 6×6 pixels after the last layer. */
    private static ConvNet convMacro() {
        return new ConvNet(
                null,
                32,
                List.of(
                        conv(8, false),
                        conv(16, true),
                        conv(32, false),
                        conv(64, true),
                        new ConvNet.Conv(List.of(256), List.of(7), 1, false)),
                false,
                List.of(256, 128, 64));
    }

    private static ConvNet.Conv conv(int width, boolean pool) {
        return new ConvNet.Conv(List.of(width, 2 * width, 4 * width), List.of(3, 5, 7), 0, pool);
    }

    /** Every operation on every edge of a cell of four nodes. */
    private static CellNetwork cell(
            int resolution, int channels, int stages, int cellsPerStage, CellNetwork.Affine affine) {
        return new CellNetwork(
                null,
                resolution,
                channels,
                stages,
                cellsPerStage,
                Collections.nCopies(6, CellOperation.NAS_BENCH_201),
                affine == CellNetwork.Affine.NOWHERE,
                affine,
                true,
                Initialisation.UNIFORM_FAN_IN);
    }

    /** How 7×7 pixels become the 3×3 that the published head reads is not published; that it reads 3×3 follows from its 1152 inputs. */
    private static CellStack cellStack(int resolution, int channels, int hidden) {
        List<List<CellOperation>> edges = Collections.nCopies(3, CellOperation.SEPARABLE);
        return new CellStack(
                null,
                resolution,
                0,
                List.of(
                        new CellStack.Cell(CellStack.Kind.REDUCTION, channels),
                        new CellStack.Cell(CellStack.Kind.NORMAL, channels),
                        new CellStack.Cell(CellStack.Kind.REDUCTION, 2 * channels)),
                new CellStack.Wiring(1, 0),
                edges,
                edges,
                true,
                CellNetwork.Affine.OUTSIDE_CELLS,
                hidden,
                Initialisation.UNIFORM_FAN_IN);
    }

    /** Every operation on every edge, and reductions after a third and two thirds of the cells. */
    private static CellStack darts(int resolution, int channels, int count) {
        List<CellStack.Cell> cells = new ArrayList<>();
        int width = channels;
        for (int i = 0; i < count; i++) {
            boolean reduction = i == count / 3 || i == 2 * count / 3;
            width = reduction ? 2 * width : width;
            cells.add(new CellStack.Cell(reduction ? CellStack.Kind.REDUCTION : CellStack.Kind.NORMAL, width));
        }
        List<List<CellOperation>> edges = Collections.nCopies(14, CellOperation.DARTS);
        return new CellStack(
                null,
                resolution,
                3 * channels,
                cells,
                new CellStack.Wiring(2, 2),
                edges,
                edges,
                false,
                CellNetwork.Affine.OUTSIDE_CELLS,
                0,
                Initialisation.UNIFORM_FAN_IN);
    }

    private static VisionTransformer vitTiny() {
        VisionTransformer.Block block = new VisionTransformer.Block(List.of(1, 2, 3), List.of(2.0, 3.5));
        return new VisionTransformer(
                null, 8, 4, List.of(16, 20, 24), List.of(2, 3, 4), 8, Collections.nCopies(4, block));
    }

    private static VisionTransformer autoFormer(
            List<Integer> embedDim, int smallestDepth, List<Integer> numHeads, List<Double> mlpRatio) {
        List<Integer> depth = List.of(smallestDepth, smallestDepth + 1, smallestDepth + 2);
        VisionTransformer.Block block = new VisionTransformer.Block(numHeads, mlpRatio);
        return new VisionTransformer(null, 224, 16, embedDim, depth, 64, Collections.nCopies(smallestDepth + 2, block));
    }

    /** A language model of the kind of GPT-2, whose heads split the embedding width among them. */
    private static LanguageModel gpt(
            List<Integer> embedDim, List<Integer> depth, List<Integer> numHeads, List<Double> mlpRatio) {
        int blocks = depth.get(depth.size() - 1);
        return new LanguageModel(
                null,
                embedDim,
                depth,
                0,
                1,
                Positions.LEARNED,
                Mlp.GELU,
                Norm.Kind.LAYER,
                1e-5,
                true,
                true,
                Collections.nCopies(blocks, new LanguageModel.Block(numHeads, mlpRatio)));
    }

    private static LanguageModel llamaTiny() {
        return new LanguageModel(
                null,
                List.of(12, 20),
                List.of(1, 2, 3),
                6,
                2,
                Positions.ROTARY,
                Mlp.SWIGLU,
                Norm.Kind.RMS,
                1e-5,
                false,
                false,
                Collections.nCopies(3, new LanguageModel.Block(List.of(2, 4), List.of(1.5, 2.0))));
    }
}
