package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.model.MobileCnn.Block;
import dev.weft.model.MobileCnn.Stage;
import dev.weft.model.MobileCnn.Stem;
import dev.weft.nn.Activation;
import dev.weft.nn.Mlp;
import dev.weft.nn.Norm;
import dev.weft.nn.Pass;
import dev.weft.nn.ShapeStatistics;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PresetsTest {
    private static ImageInput imageNet(int size) {
        return new ImageInput(
                3,
                size,
                List.of(0.485, 0.456, 0.406),
                List.of(0.229, 0.224, 0.225),
                IntStream.range(0, 1000).mapToObj(i -> "class" + i).toList());
    }

    private static ModelDefinition bound(String preset) {
        return Presets.named(preset)
                .withInput(
                        preset.startsWith("lm-")
                                ? TinyModels.text(1000, 32)
                                : imageNet(preset.startsWith("mobile") ? 320 : 224));
    }

    static Set<String> names() {
        return Presets.all().keySet();
    }

    private static long parameters(ModelDefinition plain) {
        try (Family shapes = Family.ofShapes(plain)) {
            return shapes.weights().tensors().values().stream()
                    .mapToLong(Tensor::numel)
                    .sum();
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void smallestAndLargestMemberRunAndShrinkToPlainModels(String name) {
        ModelDefinition definition = bound(name);
        try (PointerScope scope = new PointerScope();
                Family shapes = Family.ofShapes(definition)) {
            Tensor examples = definition.input().shapes(2).only();
            long[] labels = definition
                    .input()
                    .randomTargets(2, new SplittableRandom(1))
                    .only()
                    .shape();
            long[] logitsShape = Arrays.copyOf(labels, labels.length + 1);
            logitsShape[labels.length] = 1000;
            Member smallest = shapes.space().smallest();
            Member largest = shapes.space().largest();
            for (Member member : List.of(smallest, largest)) {
                Tensor logits = shapes.forward(examples, Pass.evaluation(member, new ShapeStatistics()));
                assertThat(logits.shape()).isEqualTo(logitsShape);
                assertThat(definition.at(member).space().choices()).isEmpty();
            }
            assertThat(parameters(definition.at(smallest))).isLessThan(parameters(definition.at(largest)));
            if (!name.startsWith("cell-") && !name.contains("operations")) { // there the supernet holds all operations
                assertThat(parameters(definition.at(largest))).isEqualTo(parameters(definition));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void printsAsJsonAndParsesBack(String name) {
        ModelDefinition unbound = Presets.named(name);
        assertThat(unbound.input()).isNull();
        assertThat(Json.parse(Json.writeLine(unbound), name, ModelDefinition.class))
                .isEqualTo(unbound);
        ModelDefinition bound = bound(name);
        assertThat(Json.parse(Json.write(bound), name, ModelDefinition.class)).isEqualTo(bound);
    }

    @Test
    void unknownPresetIsNamedWithASuggestion() {
        assertThatThrownBy(() -> Presets.named("mobile-bignass"))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("Unknown model preset \"mobile-bignass\". Known: mobile-tiny, ")
                .hasMessageEndingWith("Did you mean \"mobile-bignas\"?");
    }

    /** Check 13 of the specification: 4·2 · 4·4·8·12·30·40·8 · 2. */
    @Test
    void sizeOfTheBigNasSpaceIsThePublishedProduct() {
        assertThat(Presets.named("mobile-bignas").space().count()).isEqualTo(java.math.BigInteger.valueOf(235_929_600));
    }

    /** Its smallest published member has 4.5 million, its largest about 9.5. */
    @Test
    void bigNasSpaceHoldsMembersOfThePublishedSizes() {
        ModelDefinition definition = bound("mobile-bignas");
        assertThat(parameters(definition.at(definition.space().smallest()))).isLessThan(4_500_000);
        assertThat(parameters(definition)).isGreaterThan(9_500_000);
    }

    /** Section 4.3 of TangleNAS's specification: every option of every choice, and what is fixed. */
    @Test
    void convolutionalToySpaceIsThePublishedOne() {
        List<Integer> kernels = List.of(3, 5, 7);
        ConvNet toy = (ConvNet) Presets.named("conv-macro");
        assertThat(toy.choices())
                .containsExactly(
                        new Choice<>("conv1.width", List.of(8, 16, 32)),
                        new Choice<>("conv1.kernel", kernels),
                        new Choice<>("conv2.width", List.of(16, 32, 64)),
                        new Choice<>("conv2.kernel", kernels),
                        new Choice<>("conv3.width", List.of(32, 64, 128)),
                        new Choice<>("conv3.kernel", kernels),
                        new Choice<>("conv4.width", List.of(64, 128, 256)),
                        new Choice<>("conv4.kernel", kernels));
        assertThat(toy.resolution()).isEqualTo(32);
        assertThat(toy.batchNorm()).isFalse();
        assertThat(toy.hidden()).containsExactly(256, 128, 64);
        ModelDefinition smallest = bound("conv-macro").at(toy.space().smallest());
        try (Family shapes = Family.ofShapes(smallest)) {
            Map<String, Tensor> weights = shapes.weights().tensors();
            assertThat(weights.get("conv1.weight").shape()).isEqualTo(new long[] {8, 3, 3, 3});
            assertThat(weights.get("conv4.weight").shape()).isEqualTo(new long[] {64, 32, 3, 3});
            assertThat(weights.get("conv5.weight").shape()).isEqualTo(new long[] {256, 64, 7, 7});
            assertThat(weights.get("fc2.weight").shape()).isEqualTo(new long[] {128, 256});
            assertThat(weights.get("fc3.weight").shape()).isEqualTo(new long[] {64, 128});
            assertThat(weights.keySet()).noneMatch(name -> name.contains("bn"));
        }
    }

    /** Check 10 of TangleNAS's specification: as many members as published, and all distinct as numbers. */
    @ParameterizedTest
    @CsvSource({"conv-macro, 6561", "conv-quick, 729"})
    void convolutionalSpacesHaveTheirMembers(String name, int members) {
        Space space = Presets.named(name).space();
        Set<List<Integer>> encoded = new HashSet<>();
        space.enumerate(members).forEach(member -> encoded.add(space.encode(member)));
        assertThat(encoded).hasSize(members);
        assertThat(space.count()).isEqualTo(java.math.BigInteger.valueOf(members));
    }

    /** The fifth layer of the toy space: a 7×7 kernel with two rows of zeros turns 8×8 pixels into 6×6. */
    @Test
    void convolutionalSpaceEndsInThePublishedFeatureMap() {
        ModelDefinition definition = bound("conv-macro");
        try (Family shapes = Family.ofShapes(definition)) {
            assertThat(shapes.weights().tensors().get("fc1.weight").shape()).isEqualTo(new long[] {256, 6 * 6 * 256});
            assertThat(shapes.weights().tensors().get("conv5.weight").shape()).isEqualTo(new long[] {256, 256, 7, 7});
            assertThat(shapes.weights().tensors().get("conv5.bias").shape()).isEqualTo(new long[] {256});
        }
    }

    @Test
    void convolutionsThatDoNotFitAreRefused() {
        List<Integer> seven = List.of(7);
        assertThatThrownBy(() -> new ConvNet.Conv(List.of(4), List.of(3, 4), 0, false))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("kernelSize=[3, 4]");
        assertThatThrownBy(() -> new ConvNet.Conv(List.of(4), List.of(3, 7), 2, false))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("trim=2");
        ConvNet.Conv conv = new ConvNet.Conv(List.of(4), seven, 3, true);
        assertThatThrownBy(() -> new ConvNet(null, 7, List.of(conv), true, List.of()))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "The resolution must leave a pixel or more after the last of 1 layers and be at most 16384, "
                                + "but is 7.");
        assertThat(new ConvNet(null, 8, List.of(conv), true, List.of()).choices())
                .isEmpty();
    }

    private static MobileCnn plain(int[][] rows, boolean squeezeExcite, Activation activation) {
        List<Stage> stages = Arrays.stream(rows)
                .map(r -> new Stage(
                        Block.DEPTHWISE,
                        List.of(r[1]),
                        List.of(r[2]),
                        List.of(r[4]),
                        List.of((double) r[0]),
                        r[3],
                        squeezeExcite))
                .toList();
        return new MobileCnn(
                imageNet(224), List.of(224), new Stem(List.of(32), 2), stages, List.of(1280), activation, false);
    }

    @Test
    void mobileNetV2HasItsPublishedNumberOfParameters() {
        int[][] rows = { // expandRatio, width, depth, stride, kernelSize
            {1, 16, 1, 1, 3},
            {6, 24, 2, 2, 3},
            {6, 32, 3, 2, 3},
            {6, 64, 4, 2, 3},
            {6, 96, 3, 1, 3},
            {6, 160, 3, 2, 3},
            {6, 320, 1, 1, 3}
        };
        assertThat(parameters(plain(rows, false, Activation.RELU))).isEqualTo(3_504_872);
    }

    @Test
    void efficientNetB0HasItsPublishedNumberOfParameters() {
        int[][] rows = {
            {1, 16, 1, 1, 3},
            {6, 24, 2, 2, 3},
            {6, 40, 2, 2, 5},
            {6, 80, 3, 2, 3},
            {6, 112, 3, 1, 5},
            {6, 192, 4, 2, 5},
            {6, 320, 1, 1, 3}
        };
        assertThat(parameters(plain(rows, true, Activation.SILU))).isEqualTo(5_288_548);
    }

    @ParameterizedTest
    @CsvSource({"192, 3, 5717416", "384, 6, 22050664", "768, 12, 86567656"})
    void visionTransformersHaveTheirPublishedNumbersOfParameters(int embedDim, int numHeads, long published) {
        VisionTransformer.Block block = new VisionTransformer.Block(List.of(numHeads), List.of(4.0));
        VisionTransformer plain = new VisionTransformer(
                imageNet(224), 224, 16, List.of(embedDim), List.of(12), 64, Collections.nCopies(12, block));
        assertThat(parameters(plain)).isEqualTo(published);
    }

    private static LanguageModel.Block block(int numHeads, double mlpRatio) {
        return new LanguageModel.Block(List.of(numHeads), List.of(mlpRatio));
    }

    @ParameterizedTest
    @CsvSource({"768, 12, 12, 124439808", "1024, 24, 16, 354823168"})
    void gpt2HasItsPublishedNumberOfParameters(int embedDim, int depth, int numHeads, long published) {
        LanguageModel plain = new LanguageModel(
                TinyModels.text(50_257, 1024),
                List.of(embedDim),
                List.of(depth),
                0,
                1,
                LanguageModel.Positions.LEARNED,
                Mlp.GELU,
                Norm.Kind.LAYER,
                1e-5,
                true,
                true,
                Collections.nCopies(depth, block(numHeads, 4)));
        assertThat(parameters(plain)).isEqualTo(published);
    }

    @Test
    void tinyLlamaHasItsPublishedNumberOfParameters() {
        LanguageModel plain = new LanguageModel(
                TinyModels.text(32_000, 2048),
                List.of(2048),
                List.of(22),
                64,
                8,
                LanguageModel.Positions.ROTARY,
                Mlp.SWIGLU,
                Norm.Kind.RMS,
                1e-5,
                false,
                false,
                Collections.nCopies(22, block(32, 5632 / 2048.0)));
        assertThat(parameters(plain)).isEqualTo(1_100_048_384);
    }

    /** Section 4.3 of the specification: 3 widths, and 9 pairs of heads and ratio for each block that runs. */
    @Test
    void tangleNasSpacesHaveThePublishedSizes() {
        BigInteger nine = BigInteger.valueOf(9);
        assertThat(Presets.named("lm-tanglenas-tinystories").space().count())
                .isEqualTo(nine.pow(5).add(nine.pow(6)).add(nine.pow(7)).multiply(BigInteger.valueOf(3)));
        assertThat(Presets.named("lm-tanglenas-openwebtext").space().count())
                .isEqualTo(nine.pow(10).add(nine.pow(11)).add(nine.pow(12)).multiply(BigInteger.valueOf(3)));
        assertThat(Presets.named("lm-tanglenas-shakespeare").space().count())
                .isEqualTo(nine.pow(4).add(nine.pow(5)).add(nine.pow(6)).multiply(BigInteger.valueOf(3)));
    }
}
