package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.nn.BatchStatistics;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.TensorAssert;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.weight.generator.GeneratedWeights;
import dev.weft.weight.generator.MemberGenerator;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Check 2 of ShiftNAS, on whole networks: what is generated computes what its slice computes, and so does its gradient. */
class GeneratedLawTest {
    private static final int DRAWS = 40;
    private static final double STEP = 1.0 / (1 << 13); // which float32 adds to such numbers without rounding

    static List<ModelDefinition> models() {
        return List.of(
                TinyModels.mobileCnn(),
                TinyModels.visionTransformer(),
                TinyModels.convNet(),
                Presets.named("conv-quick").withInput(TinyModels.input(1, 14)),
                TinyModels.llama());
    }

    static List<ModelDefinition> allModels() {
        return java.util.stream.Stream.concat(models().stream(), java.util.stream.Stream.of(TinyModels.languageModel()))
                .toList();
    }

    private static Family family(ModelDefinition model, MemberGenerator.View view) {
        Family family = Family.of(model, 1, List.of(new MemberGenerator("macs", 16, null, view)));
        try (NoGradGuard guard = new NoGradGuard()) { // biases and scales that are seen
            family.weights().tensors().forEach((name, tensor) -> {
                if (!name.startsWith(GeneratedWeights.PARAMETERS) && tensor.dim() == 1) {
                    tensor.add_(TinyNoise.like(tensor, name.hashCode()));
                }
            });
        }
        return family;
    }

    private static GeneratedWeights generated(Family family) {
        return family.strategy(GeneratedWeights.class).orElseThrow();
    }

    private static Tensor run(Family family, Tensor inputs, Member member) {
        return family.forward(inputs, pass(member));
    }

    private static Pass pass(Member member) {
        return new Pass(member, BatchStatistics.INSTANCE, 0, 0);
    }

    @ParameterizedTest
    @MethodSource("models")
    void aMaskedMemberGivesWhatItsSliceGives(ModelDefinition model) {
        assertEqual(model, MemberGenerator.View.MASK, 1e-5);
    }

    /** The same numbers times 1: bit for bit. */
    @ParameterizedTest
    @MethodSource("allModels")
    void aSlicedMemberGivesExactlyWhatItIs(ModelDefinition model) {
        assertEqual(model, MemberGenerator.View.SLICE, 0);
    }

    private static void assertEqual(ModelDefinition model, MemberGenerator.View view, double tolerance) {
        try (Family family = family(model, view);
                PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor inputs = TinyModels.examples(model, 4, 2);
            Set<Member> seen = new HashSet<>();
            for (int seed = 0; seed < DRAWS; seed++) {
                try (PointerScope inner = new PointerScope()) {
                    Member drawn = generated(family).draw(0.5, seed).member();
                    Member plain = generated(family).plain(drawn);
                    seen.add(plain);
                    Tensor alone = run(family, inputs, plain);
                    double size = alone.abs().max().item_double();
                    assertThat(size).isGreaterThan(0.1);
                    TensorAssert.assertThat(run(family, inputs, drawn))
                            .as(plain.toString())
                            .isCloseTo(alone, tolerance * Math.max(1, size));
                }
            }
            assertThat(seen).hasSizeGreaterThan(DRAWS / 3);
        }
    }

    /** Networks without ReLU, which bends where a masked channel is: at zero. */
    static List<ModelDefinition> smoothModels() {
        return List.of(TinyModels.mobileCnn(), TinyModels.visionTransformer(), TinyModels.llama());
    }

    @ParameterizedTest
    @MethodSource("smoothModels")
    void gradientOfEveryOptionOfAMaskedMemberIsThatOfFiniteDifferences(ModelDefinition model) {
        assertGradients(model, 0);
    }

    /** Where every option has a small part, so that no channel is quite zero. */
    @ParameterizedTest
    @MethodSource("models")
    void gradientOfEveryOptionOfAMixtureIsThatOfFiniteDifferences(ModelDefinition model) {
        assertGradients(model, 1.0 / 16);
    }

    /**
     * What the generator hears of a choice is what finite differences of the whole network give, for every option of every choice, and
     * it hears something of each: in float64, at a random member, with a loss that no symmetry hides.
     *
     * @param part that every option has beside the picked one, which float32 adds exactly
     */
    private static void assertGradients(ModelDefinition model, double part) {
        try (Family family = inDoubles(family(model, MemberGenerator.View.MASK));
                PointerScope scope = new PointerScope()) {
            Tensor inputs = doubles(TinyModels.examples(model, 4, 2));
            Member drawn = generated(family).draw(0.5, 3).member();
            Pass pass = pass(drawn).begun();
            Map<Choice<?>, Tensor> picked = mixed(family, pass, part);
            picked.values().forEach(Tensor::retain_grad);
            Tensor output = family.forward(inputs, pass);
            Tensor direction =
                    TinyNoise.like(output.flatten(), 5).mul(new Scalar(10)).reshape(output.shape());
            output.mul(direction).sum().backward();
            picked.forEach((choice, weights) -> {
                double heard = 0;
                for (int option = 0; option < choice.options().size(); option++) {
                    double found = weights.grad().defined()
                            ? weights.grad().select(0, option).item_double()
                            : 0;
                    double loss = 0;
                    for (int way : List.of(1, -1)) {
                        try (PointerScope inner = new PointerScope();
                                NoGradGuard guard = new NoGradGuard()) {
                            Pass other = pass(drawn).begun();
                            Tensor one = mixed(family, other, part).get(choice).select(0, option);
                            one.add_(new Scalar(way * STEP));
                            loss += way
                                    * family.forward(inputs, other)
                                            .mul(direction)
                                            .sum()
                                            .item_double();
                        }
                    }
                    double expected = loss / (2 * STEP);
                    assertThat(found)
                            .as(model.name() + " " + choice.name() + " "
                                    + choice.options().get(option))
                            .isCloseTo(expected, within(1e-3 * Math.max(0.1, Math.abs(expected))));
                    heard += Math.abs(found);
                }
                // No weight depends on the resolution: the network does not hear of it here.
                assertThat(heard > 1e-2)
                        .as(choice.name() + " is heard")
                        .isEqualTo(!choice.name().equals("resolution"));
            });
        }
    }

    /** What the generator has picked, as the network will read it: exactly one-hot, and {@code part} more of every option. */
    private static Map<Choice<?>, Tensor> mixed(Family family, Pass pass, double part) {
        Map<Choice<?>, Tensor> picked = new LinkedHashMap<>();
        for (Choice<?> choice : family.space().choices()) {
            Tensor weights = generated(family).distribution(choice, pass.reading());
            try (NoGradGuard guard = new NoGradGuard()) {
                weights.round_().add_(new Scalar(part));
            }
            picked.put(choice, weights);
        }
        return picked;
    }

    /** All but the generator, whose decisions are one-hot in any precision. */
    private static Family inDoubles(Family family) {
        try (PointerScope scope = new PointerScope()) {
            family.weights().tensors().forEach((name, tensor) -> {
                if (!name.startsWith(GeneratedWeights.PARAMETERS)) {
                    tensor.set_data(doubles(tensor));
                }
            });
        }
        return family;
    }

    private static Tensor doubles(Tensor tensor) {
        return tensor.is_floating_point() ? tensor.to(ScalarType.Double) : tensor;
    }

    /** In both views weights get the gradient that the member's slice gives them; what is left out gets none, or exactly zero. */
    @ParameterizedTest
    @MethodSource("models")
    void weightsGetTheGradientOfTheSliceAndWhatIsLeftOutNone(ModelDefinition model) {
        for (MemberGenerator.View view : MemberGenerator.View.values()) {
            try (Family family = inDoubles(family(model, view));
                    PointerScope scope = new PointerScope()) {
                Tensor inputs = doubles(TinyModels.examples(model, 4, 2));
                Member drawn = generated(family).draw(0.5, 3).member();
                Member plain = generated(family).plain(drawn);
                run(family, inputs, plain).square().sum().backward();
                Map<String, Tensor> ofSlice = new LinkedHashMap<>();
                family.weights().tensors().forEach((name, tensor) -> {
                    if (tensor.grad().defined()) {
                        ofSlice.put(name, tensor.grad().clone());
                        tensor.grad().zero_();
                    }
                });
                run(family, inputs, drawn).square().sum().backward();
                int leftOut = 0;
                for (Map.Entry<String, Tensor> stored :
                        family.weights().tensors().entrySet()) {
                    String name = stored.getKey();
                    Tensor gradient = stored.getValue().grad();
                    if (name.startsWith(GeneratedWeights.PARAMETERS)) {
                        continue;
                    }
                    Tensor expected = ofSlice.get(name);
                    if (expected == null) {
                        leftOut++;
                        assertThat(!gradient.defined() || gradient.abs().max().item_double() == 0)
                                .as(view + " " + name)
                                .isTrue();
                        continue;
                    }
                    double size = Math.max(1e-3, expected.abs().max().item_double());
                    TensorAssert.assertThat(gradient).as(view + " " + name).isCloseTo(expected, 1e-5 * size);
                    Tensor outside = expected.eq(new Scalar(0));
                    leftOut += outside.any().item_bool() ? 1 : 0;
                    assertThat(gradient.mul(outside).abs().max().item_double())
                            .as(view + " " + name)
                            .isLessThan(1e-12 * size);
                }
                assertThat(leftOut).as("weights of which something is left out").isPositive();
                Tensor embedding = family.weights().tensors().get(GeneratedWeights.PARAMETERS + "embed.weight");
                assertThat(embedding.grad().abs().sum().item_double())
                        .as(model.name() + " " + view)
                        .isPositive();
            }
        }
    }

    @Test
    void aGeneratedMemberIsExtractedAsTheOrdinaryMemberThatItIs(@TempDir Path folder) {
        VisionTransformer model = TinyModels.visionTransformer();
        Path file = folder.resolve("family.safetensors");
        Member strongest;
        try (Family family = family(model, MemberGenerator.View.MASK);
                PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Member drawn = generated(family).draw(0.5, 3).member();
            assertThatThrownBy(() -> family.extract(drawn, MemberStatistics.none()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("GeneratedWeights.plain");
            Tensor inputs = TinyModels.examples(model, 4, 2);
            Member plain = generated(family).plain(drawn);
            try (Family alone = family.extract(plain, MemberStatistics.none())) {
                TensorAssert.assertThat(run(alone, inputs, Member.PLAIN)).isBitEqualTo(run(family, inputs, plain));
                assertThat(alone.weights().tensors().keySet())
                        .noneMatch(name -> name.startsWith(GeneratedWeights.PARAMETERS));
            }
            strongest = generated(family).strongest(0.7);
            family.save(file);
        }
        try (Family opened = Family.open(file)) {
            assertThat(generated(opened).strongest(0.7)).isEqualTo(strongest);
            for (Choice<?> choice : opened.space().choices()) {
                assertThat(strongest.options()).containsKey(choice.name());
            }
        }
    }
}
