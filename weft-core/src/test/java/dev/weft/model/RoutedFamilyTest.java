package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.io.Yaml;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import dev.weft.weight.Reading;
import dev.weft.weight.Sharing;
import dev.weft.weight.blend.Blend;
import dev.weft.weight.blend.BlendedWeights;
import dev.weft.weight.blend.SimplexMap;
import dev.weft.weight.encoding.MemberEncoding;
import dev.weft.weight.experts.ExpertStart;
import dev.weft.weight.experts.Experts;
import dev.weft.weight.experts.Experts.Granularity;
import dev.weft.weight.experts.Experts.Routing;
import dev.weft.weight.experts.RoutedWeights;
import dev.weft.weight.lowrank.LowRank;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The checks of the specification of routed experts that concern whole networks and their files. */
class RoutedFamilyTest {
    private static final String MLPS = "(blocks\\.\\d+\\.mlp)";

    @TempDir
    Path folder;

    private static Experts experts(String pattern, int count, Granularity granularity) {
        return experts(pattern, count, granularity, new ExpertStart.Independent());
    }

    private static Experts experts(String pattern, int count, Granularity granularity, ExpertStart start) {
        return new Experts(
                pattern, count, granularity, Routing.SOFT, 128, 2, new MemberEncoding.Scaled(), false, start, false);
    }

    private static LowRank lowRank(String pattern) {
        return new LowRank(pattern, 50, 64, 2, new MemberEncoding.OneHot(), false, false);
    }

    private static Blend blend() {
        return new Blend(new SimplexMap.Softmax(), Blend.Norm.MASKED, Blend.Ownership.ENTANGLED, 1);
    }

    /** One of each kind, in one list a family. */
    static List<List<Sharing>> sharings() {
        return List.of(
                List.of(experts("blocks|^conv[0-9]", 3, Granularity.LAYER)),
                List.of(new Experts(
                        "blocks|^conv[0-9]",
                        2,
                        Granularity.NEURON,
                        Routing.HARD,
                        16,
                        3,
                        new MemberEncoding.OneHot(),
                        true,
                        new ExpertStart.Copy(0.1),
                        true)),
                List.of(new Experts(
                        "blocks|^conv[0-9]",
                        2,
                        Granularity.NEURON,
                        Routing.SOFT,
                        16,
                        1,
                        new MemberEncoding.Features(List.of(new MemberEncoding.Feature(
                                ".*[wd]idth|embedDim", MemberEncoding.Combine.MEAN, 8, 24, 0.01))),
                        false,
                        new ExpertStart.Independent(),
                        false)),
                List.of(lowRank("blocks|^conv[0-9]")),
                List.of(blend(), experts("blocks|^conv[0-9]", 2, Granularity.LAYER)),
                List.of(blend(), lowRank("blocks|^conv[0-9]")));
    }

    /** Models of slices: an operation's weights are of one size, so that they have nothing for experts to differ in. */
    static List<ModelDefinition> definitions() {
        List<ModelDefinition> all = new ArrayList<>(FamilyTest.definitions());
        all.removeAll(List.of(
                TinyModels.cellNetwork(),
                TinyModels.entangledCells(),
                TinyModels.cellStack(),
                TinyModels.darts(),
                TinyModels.entangledDarts(),
                TinyModels.mobileOperations()));
        all.add(TinyModels.languageModel());
        all.add(TinyModels.llama());
        return all;
    }

    static List<Arguments> modelsAndSharings() {
        List<Arguments> all = new ArrayList<>();
        for (ModelDefinition definition : definitions()) {
            sharings().forEach(sharing -> all.add(Arguments.of(definition, sharing)));
        }
        return all;
    }

    private static Family family(ModelDefinition definition, List<Sharing> sharing) {
        Family family = Family.of(definition, 1, sharing);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            family.weights().tensors().forEach((name, tensor) -> {
                if (name.endsWith("basis")) { // begins at zero, where the hypernetwork would not matter
                    tensor.fill_(new org.bytedeco.pytorch.Scalar(0.1));
                }
            });
        }
        return family;
    }

    private static int parameters(Family family) {
        return family.weights().tensors().values().stream()
                .mapToInt(tensor -> (int) tensor.numel())
                .sum();
    }

    /** Check 3. */
    @ParameterizedTest
    @MethodSource("modelsAndSharings")
    void memberThatIsTakenOutComputesTheSameAndIsPlain(ModelDefinition definition, List<Sharing> sharing) {
        Path file = folder.resolve("model.safetensors");
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Family family = family(definition, sharing)) {
            Tensor images = TinyModels.examples(definition, 4, 2);
            for (Member member : FamilyTest.someMembers(family, 12)) {
                MemberStatistics statistics = FamilyTest.calibrate(family, member, images);
                Tensor inside = family.forward(images, Pass.evaluation(member, statistics));
                try (Family extracted = family.extract(member, statistics);
                        Family plain = Family.ofShapes(definition.at(member))) {
                    extracted.save(file);
                    assertThat(extracted.weights().tensors().keySet())
                            .containsExactlyElementsOf(plain.weights().tensors().keySet());
                    assertThat(parameters(extracted)).isEqualTo(parameters(plain));
                }
                try (Family read = Family.open(file)) {
                    assertThat(read.sharing()).isEmpty();
                    Tensor alone = read.forward(
                            images,
                            Pass.evaluation(
                                    Member.PLAIN, read.members().get("model").statistics()));
                    TensorAssert.assertThat(alone).as(member.toString()).isCloseTo(inside, 1e-5);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("modelsAndSharings")
    void familyIsReadBackAsItWas(ModelDefinition definition, List<Sharing> sharing) {
        Path file = folder.resolve("family.safetensors");
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Family family = family(definition, sharing)) {
            family.save(file);
            try (Family read = Family.open(file)) {
                assertThat(read.sharing()).isEqualTo(sharing);
                assertThat(read.weights().tensors().keySet())
                        .containsExactlyInAnyOrderElementsOf(
                                family.weights().tensors().keySet());
                Tensor images = TinyModels.examples(definition, 3, 2);
                for (Member member : FamilyTest.someMembers(family, 5)) {
                    TensorAssert.assertThat(read.forward(images, new Pass(member, BatchStatistics.INSTANCE, 0, 0)))
                            .isBitEqualTo(family.forward(images, new Pass(member, BatchStatistics.INSTANCE, 0, 0)));
                }
            }
        }
    }

    /** A list that is written and read back. */
    record Document(List<Sharing> sharing) {}

    @ParameterizedTest
    @MethodSource("sharings")
    void settingsAreReadBackFromJsonAndYaml(List<Sharing> sharing) {
        Document document = new Document(sharing);
        assertThat(Json.parse(Json.write(document), "text", Document.class)).isEqualTo(document);
        assertThat(Yaml.parse(Yaml.write(document), "text", Document.class)).isEqualTo(document);
    }

    @Test
    void startIsReadBackAndWhatIsLeftOutHasADefault() {
        String yaml = "sharing:\n- {kind: experts, pattern: mlp, count: 2, granularity: layer, hidden: 128, layers: 2, "
                + "encoding: {kind: scaled}, fixedInput: false, plainWeights: false%s}\n";
        assertThat(Yaml.parse(String.format(yaml, ""), "text", Document.class).sharing())
                .containsExactly(experts("mlp", 2, Granularity.LAYER));
        assertThat(Yaml.parse(
                                String.format(yaml, ", start: {kind: supernet, family: a.safetensors, noise: 0.1}"),
                                "text",
                                Document.class)
                        .sharing())
                .containsExactly(experts("mlp", 2, Granularity.LAYER, new ExpertStart.Supernet("a.safetensors", 0.1)));
    }

    /**
     * Check 1: outputs bit for bit, zero for every router, and equal gradients. In the transformer these differ in the last digit: a
     * linear layer's input gradient is a product with a copy here and with a strided slice there.
     */
    @ParameterizedTest
    @MethodSource("oneExpert")
    void oneExpertIsTheOrdinarySupernet(ModelDefinition definition, Granularity granularity) {
        try (PointerScope scope = new PointerScope();
                Family plain = Family.of(definition, 1);
                Family routed = Family.of(definition, 1, List.of(experts("blocks|^conv[0-9]", 1, granularity)))) {
            Tensor images = TinyModels.examples(definition, 4, 2);
            for (Member member : FamilyTest.someMembers(plain, 4)) {
                Pass pass = new Pass(member, BatchStatistics.INSTANCE, 0, 0);
                Tensor expected = plain.forward(images, pass);
                Tensor logits = routed.forward(images, pass);
                TensorAssert.assertThat(logits).isBitEqualTo(expected);
                expected.square().sum().backward();
                logits.square().sum().backward();
            }
            routed.weights().tensors().forEach((name, tensor) -> {
                if (name.contains(".router.")) {
                    TensorAssert.assertThat(tensor.grad()).as(name).isAllZero();
                } else {
                    Tensor expected = plain.weights().tensors().get(name).grad();
                    double largest = expected.abs().max().item_double();
                    TensorAssert.assertThat(tensor.grad()).as(name).isCloseTo(expected, 1e-6 * largest);
                }
            });
        }
    }

    static List<Arguments> oneExpert() {
        List<Arguments> all = new ArrayList<>();
        for (ModelDefinition definition : definitions()) {
            for (Granularity granularity : Granularity.values()) {
                all.add(Arguments.of(definition, granularity));
            }
        }
        return all;
    }

    /** Check 10: in vit-tiny d = 24, f = 84, the encoding has 10 numbers (embedDim, depth, 4 × heads and ratio), 4 blocks. */
    @ParameterizedTest
    @CsvSource({"LAYER, 1", "LAYER, 2", "LAYER, 4", "NEURON, 1", "NEURON, 2", "NEURON, 4"})
    void parametersAreThoseOfTheFormula(Granularity granularity, int m) {
        int d = 24;
        int f = 84;
        int numbers = 10;
        int h = 128;
        int experts = (m - 1) * (2 * d * f + d + f);
        int routers = granularity == Granularity.LAYER
                ? numbers * h + h + h * m + m
                : 2 * (numbers * h + h) + (h + 1) * m * f + (h + 1) * m * d;
        VisionTransformer definition = TinyModels.visionTransformer();
        try (Family plain = Family.ofShapes(definition);
                Family routed = Family.ofShapes(definition, List.of(experts(MLPS, m, granularity)))) {
            assertThat(parameters(routed) - parameters(plain)).isEqualTo(4 * (experts + routers));
        }
    }

    /** Every part of query, key and value has mixtures of its own, of one router. */
    @Test
    void attentionIsRoutedToo() {
        try (PointerScope scope = new PointerScope();
                Family family =
                        Family.of(TinyModels.visionTransformer(), 1, List.of(experts("qkv", 2, Granularity.NEURON)))) {
            assertThat(family.weights()
                            .tensors()
                            .get("blocks.0.attn.qkv.router.1.bias")
                            .numel())
                    .isEqualTo(2 * 3 * 24);
            family.forward(
                            TinyModels.images(family.definition(), 2, 1),
                            new Pass(family.space().largest(), BatchStatistics.INSTANCE, 0, 0))
                    .square()
                    .sum()
                    .backward();
            int touched = 0;
            for (float g : Tensors.floats(family.weights()
                    .tensors()
                    .get("blocks.0.attn.qkv.router.1.bias")
                    .grad())) {
                touched += g != 0 ? 1 : 0;
            }
            assertThat(touched).isGreaterThan(2 * 2 * 24); // more than two of the three parts
        }
    }

    /** A blend of blended weights: every stored part of the mixture learns. */
    @ParameterizedTest
    @EnumSource(Granularity.class)
    void gradientOfARoutedBlendReachesLogitsRoutersAndExperts(Granularity granularity) {
        try (PointerScope scope = new PointerScope();
                Family family =
                        Family.of(TinyModels.visionTransformer(), 1, List.of(blend(), experts(MLPS, 2, granularity)))) {
            Member member = BlendedWeights.blend(family.space().largest(), 3);
            // Through the router alone: what a routed weight says of the blend depends on its logits.
            RoutedWeights routed = family.strategy(RoutedWeights.class).orElseThrow();
            routed.mixing("blocks.0.mlp.fc1.weight", Reading.of(member))
                    .square()
                    .sum()
                    .backward();
            for (String logits : List.of("blend.depth", "blend.embedDim", "blend.block4.mlpRatio")) {
                assertThat(gradient(family, logits)).as(logits).isPositive();
            }
            family.weights().tensors().values().forEach(t -> t.mutable_grad().reset());
            family.forward(
                            TinyModels.images(family.definition(), 3, 1),
                            new Pass(member, BatchStatistics.INSTANCE, 0, 0))
                    .square()
                    .sum()
                    .backward();
            family.weights().tensors().keySet().forEach(name -> assertThat(gradient(family, name))
                    .as(name)
                    .isPositive());
            assertThat(family.weights().tensors().keySet())
                    .anyMatch(n -> n.startsWith("blend."))
                    .anyMatch(n -> n.contains(".router."))
                    .anyMatch(n -> n.contains(".experts.1."));
        }
    }

    private static double gradient(Family family, String name) {
        Tensor gradient = family.weights().tensors().get(name).grad();
        return gradient.defined() ? gradient.abs().max().item_double() : 0;
    }

    @Test
    void orderThatMakesNoSenseIsRefused() {
        VisionTransformer definition = TinyModels.visionTransformer();
        assertThatThrownBy(() -> Family.of(definition, 1, List.of(experts(MLPS, 2, Granularity.LAYER), blend())))
                .isInstanceOf(InputException.class)
                .hasMessage("sharing must list the blend first, so that routers read what is mixed. "
                        + "Put kind: blend before the others.");
        assertThatThrownBy(
                        () -> Family.of(definition, 1, List.of(experts(MLPS, 2, Granularity.LAYER), lowRank("attn"))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(
                        "one kind at most with networks of its own that read the member, but got [Experts[");
        assertThatThrownBy(() -> Family.of(definition, 1, List.of(blend(), blend())))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("at most one blend");
        Blend separate = new Blend(new SimplexMap.Softmax(), Blend.Norm.FULL, Blend.Ownership.SEPARATE, 1);
        Experts copies = new Experts(
                MLPS,
                2,
                Granularity.LAYER,
                null,
                4,
                2,
                new MemberEncoding.Scaled(),
                false,
                new ExpertStart.Copy(0.1),
                false);
        assertThatThrownBy(() -> Family.of(definition, 1, List.of(separate, copies)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("Experts of separate weights must start independently");
    }

    @Test
    void patternThatIsInNoNameSaysWhichIsNear() {
        assertThatThrownBy(() ->
                        Family.of(TinyModels.visionTransformer(), 1, List.of(experts("mpl", 2, Granularity.LAYER))))
                .isInstanceOf(InputException.class)
                .hasMessageMatching(
                        "Experts must have a pattern that is found in the name of a weight, but \"mpl\" is in "
                                + "none of patch_embed.proj.weight, patch_embed.proj.bias, cls_token, pos_embed, "
                                + "blocks.0.norm1.weight and \\d+ more. Did you mean \"mlp\", as in "
                                + "\"blocks.0.mlp.fc1.weight\"\\? See them all with: weft inspect FAMILY");
        assertThatThrownBy(() -> Family.of(TinyModels.visionTransformer(), 1, List.of(lowRank("blocks.*bias"))))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("A low-rank part must have a pattern that is found in the name of a weight");
        assertThatThrownBy(() ->
                        Family.of(TinyModels.visionTransformer(), 1, List.of(experts("head\\.", 2, Granularity.LAYER))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("matches head.bias, which has nothing elastic");
    }

    @Test
    void expertsStartFromATrainedSupernetAndNoise() {
        Path file = folder.resolve("supernet.safetensors");
        VisionTransformer definition = TinyModels.visionTransformer();
        try (PointerScope scope = new PointerScope();
                Family supernet = Family.of(definition, 9)) {
            supernet.save(file);
            try (Family routed = Family.of(
                    definition,
                    1,
                    List.of(experts(MLPS, 2, Granularity.LAYER, new ExpertStart.Supernet(file.toString(), 1e-3))))) {
                supernet.weights().tensors().forEach((name, tensor) -> TensorAssert.assertThat(
                                routed.weights().tensors().get(name))
                        .as(name)
                        .isBitEqualTo(tensor));
                String expert = "blocks.1.mlp.fc1.experts.1.weight";
                Tensor second = routed.weights().tensors().get(expert);
                Tensor first = supernet.weights().tensors().get("blocks.1.mlp.fc1.weight");
                TensorAssert.assertThat(second).isCloseTo(first, 1e-3);
                assertThat(Tensors.floats(second)).isNotEqualTo(Tensors.floats(first));
                assertThat(second.requires_grad()).isTrue();
                Tensor images = TinyModels.examples(definition, 3, 2);
                for (Member member : FamilyTest.someMembers(routed, 4)) {
                    Pass pass = new Pass(member, BatchStatistics.INSTANCE, 0, 0);
                    TensorAssert.assertThat(routed.forward(images, pass))
                            .isCloseTo(supernet.forward(images, pass), 1e-2);
                }
            }
        }
    }

    @Test
    void supernetThatDoesNotFitIsRefused() throws IOException {
        Path other = folder.resolve("other.safetensors");
        try (Family family = Family.of(TinyModels.mobileCnn(), 9)) {
            family.save(other);
        }
        Path text = Files.writeString(folder.resolve("text.safetensors"), "no family at all, but quite some text");
        Path missing = folder.resolve("missing.safetensors");
        assertStartFrom(
                other,
                "must be a family of the same model, to start experts from, but has no tensor "
                        + "patch_embed.proj.weight [24, 1, 4, 4].");
        assertStartFrom(text, "");
        assertStartFrom(missing, "");
    }

    private static void assertStartFrom(Path file, String message) {
        assertThatThrownBy(() -> Family.of(
                        TinyModels.visionTransformer(),
                        1,
                        List.of(experts(MLPS, 2, Granularity.LAYER, new ExpertStart.Supernet(file.toString(), 1e-3)))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(message);
    }

    @Test
    void membersThatDifferOnlyInWhatMeansNothingHaveOneMixture() {
        try (PointerScope scope = new PointerScope();
                Family family =
                        Family.of(TinyModels.visionTransformer(), 1, List.of(experts(MLPS, 2, Granularity.LAYER)))) {
            RoutedWeights routed = family.strategy(RoutedWeights.class).orElseThrow();
            Member member = family.space().canonical(new Member(largestBut(family, "depth", 2)));
            Member same = new Member(largestBut(family, "depth", 2));
            assertThat(same).isNotEqualTo(member);
            TensorAssert.assertThat(routed.mixing("blocks.0.mlp.fc1.weight", Reading.of(same)))
                    .isBitEqualTo(routed.mixing("blocks.0.mlp.fc1.weight", Reading.of(member)));
        }
    }

    private static Map<String, Object> largestBut(Family family, String choice, Object option) {
        Map<String, Object> options =
                new java.util.LinkedHashMap<>(family.space().largest().options());
        options.put(choice, option);
        return options;
    }
}
