package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.nn.BatchStatistics;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.TensorAssert;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.weight.GeneratedWeights;
import dev.weft.weight.Sharing;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Check 2 of ShiftNAS, on whole networks: what is generated computes what its slice computes. */
class GeneratedLawTest {
    private static final int DRAWS = 40;

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

    private static Family family(ModelDefinition model, Sharing.View view) {
        Family family = Family.of(model, 1, List.of(new Sharing.Generator("macs", 16, null, view)));
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
        return family.forward(inputs, new Pass(member, BatchStatistics.INSTANCE, 0, 0));
    }

    @ParameterizedTest
    @MethodSource("models")
    void aMaskedMemberGivesWhatItsSliceGives(ModelDefinition model) {
        assertEqual(model, Sharing.View.MASK, 1e-5);
    }

    /** The same numbers times 1: bit for bit. */
    @ParameterizedTest
    @MethodSource("allModels")
    void aSlicedMemberGivesExactlyWhatItIs(ModelDefinition model) {
        assertEqual(model, Sharing.View.SLICE, 0);
    }

    private static void assertEqual(ModelDefinition model, Sharing.View view, double tolerance) {
        try (Family family = family(model, view);
                PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor inputs = TinyModels.examples(model, 4, 2);
            Set<Member> seen = new HashSet<>();
            for (int seed = 0; seed < DRAWS; seed++) {
                try (PointerScope inner = new PointerScope()) {
                    Member drawn = generated(family).draw(0.5, seed, 1);
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

    /** Every choice that weights depend on hears of the loss, and the weights of what is left out get no gradient but zero. */
    @ParameterizedTest
    @MethodSource("models")
    void gradientOfTheLossReachesTheGeneratorInBothViews(ModelDefinition model) {
        for (Sharing.View view : Sharing.View.values()) {
            try (Family family = family(model, view);
                    PointerScope scope = new PointerScope()) {
                Tensor inputs = TinyModels.examples(model, 4, 2);
                Member drawn = generated(family).draw(0.5, 3, 1);
                run(family, inputs, drawn).square().sum().backward();
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
        try (Family family = family(model, Sharing.View.MASK);
                PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Member drawn = generated(family).draw(0.5, 3, 1);
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
