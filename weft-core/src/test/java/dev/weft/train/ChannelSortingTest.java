package dev.weft.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.model.Family;
import dev.weft.model.MobileCnn;
import dev.weft.model.ModelDefinition;
import dev.weft.model.TinyModels;
import dev.weft.model.TransformedKernelsTest;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Sharing;
import dev.weft.weight.encoding.MemberEncoding;
import dev.weft.weight.kernel.KernelTransforms;
import dev.weft.weight.lowrank.LowRank;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ChannelSortingTest {
    private PointerScope scope;
    private NoGradGuard guard;

    @BeforeEach
    void open() {
        scope = new PointerScope();
        guard = new NoGradGuard();
    }

    @AfterEach
    void close() {
        guard.close();
        scope.close();
    }

    private static Tensor logits(Family family, Member member) {
        Tensor examples = TinyModels.examples(family.definition(), 4, 2);
        return family.forward(examples, new Pass(member, BatchStatistics.INSTANCE, 0, 0));
    }

    private static Map<String, float[]> copies(Family family) {
        Map<String, float[]> copies = new LinkedHashMap<>();
        family.weights().tensors().forEach((name, tensor) -> copies.put(name, Tensors.floats(tensor)));
        return copies;
    }

    /** Models of each kind, the hidden widths of which depend on an expand ratio or on an MLP ratio. */
    static List<Arguments> models() {
        return List.of(
                Arguments.of(TransformedKernelsTest.definition(), "expand"),
                Arguments.of(fused(), "expand"),
                Arguments.of(TinyModels.visionTransformer(), "mlpRatio"),
                Arguments.of(TinyModels.languageModel(), "mlpRatio"),
                Arguments.of(TinyModels.llama(), "mlpRatio"));
    }

    private static MobileCnn fused() {
        return new MobileCnn(
                TinyModels.input(1, 12),
                List.of(12),
                new MobileCnn.Stem(List.of(4, 6), 2),
                List.of(new MobileCnn.Stage(
                        MobileCnn.Block.FUSED,
                        List.of(8, 12),
                        List.of(1, 2),
                        List.of(3, 5),
                        List.of(1.0, 2.0, 3.0),
                        1,
                        true)),
                List.of(),
                dev.weft.nn.Activation.SILU,
                false);
    }

    private static Set<String> choices(ModelDefinition definition, String axis) {
        return definition.space().choices().stream()
                .map(Choice::name)
                .filter(name -> name.endsWith(axis))
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @MethodSource("models")
    void largestComputesWhatItDidAndChannelsHaveMoved(ModelDefinition definition, String axis) {
        try (Family family = Family.of(definition, 3)) {
            vectorsAsAfterTraining(family);
            Tensor before = logits(family, family.space().largest());
            Tensor small = logits(family, family.space().smallest());
            Map<String, float[]> weights = copies(family);
            ChannelSorting.sort(family, choices(definition, axis), List.of(largest(definition)));
            TensorAssert.assertThat(logits(family, family.space().largest())).isCloseTo(before, 2e-5);
            assertThat(Tensors.floats(logits(family, family.space().smallest())))
                    .isNotEqualTo(Tensors.floats(small));
            int moved = 0;
            for (var entry : copies(family).entrySet()) {
                float[] was = weights.get(entry.getKey()).clone();
                float[] is = entry.getValue().clone();
                moved += Arrays.equals(was, is) ? 0 : 1;
                Arrays.sort(was);
                Arrays.sort(is);
                assertThat(is).as("numbers of " + entry.getKey()).isEqualTo(was);
            }
            assertThat(moved).isPositive();

            Map<String, float[]> sorted = copies(family);
            ChannelSorting.sort(family, choices(definition, axis), List.of(largest(definition)));
            copies(family).forEach((name, values) -> assertThat(values).as(name).isEqualTo(sorted.get(name)));
        }
    }

    /** Norms and biases of a fresh family are the same in every channel, which would hide one that was not sorted. */
    private static void vectorsAsAfterTraining(Family family) {
        SplittableRandom random = new SplittableRandom(5);
        family.weights().tensors().values().stream()
                .filter(tensor -> tensor.dim() == 1)
                .forEach(tensor -> {
                    float[] values = new float[(int) tensor.numel()];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = (float) (1 + 0.3 * random.nextGaussian());
                    }
                    tensor.copy_(Tensors.of(values, values.length));
                });
    }

    private static Space largest(ModelDefinition definition) {
        return definition
                .space()
                .within(definition.space().choices().stream()
                        .collect(Collectors.toMap(
                                Choice::name, choice -> List.of(choice.largest().toString()))));
    }

    /** The expected value is the projection of each block, in arithmetic of its own. */
    @Test
    void channelsFallInTheSumOfAbsoluteWeightsThatReadThem() {
        MobileCnn definition = TransformedKernelsTest.definition();
        try (Family family = Family.of(definition, 3, List.of(new KernelTransforms("conv_dw")))) {
            ChannelSorting.sort(family, choices(definition, "expand"), List.of(largest(definition)));
            for (String block : List.of("blocks.0.0.", "blocks.0.1.")) {
                Tensor reader = family.weights().tensors().get(block + "conv_pwl.weight");
                float[] values = Tensors.floats(reader);
                int channels = (int) reader.size(1);
                double[] importance = new double[channels];
                for (int i = 0; i < values.length; i++) {
                    importance[i % channels] += Math.abs(values[i]);
                }
                for (int c = 1; c < channels; c++) {
                    assertThat(importance[c]).isLessThanOrEqualTo(importance[c - 1] + 1e-5);
                }
            }
        }
    }

    /** Members that have trained with fewer channels keep theirs; the others do not. */
    @ParameterizedTest
    @MethodSource("models")
    void membersThatHaveTrainedComputeWhatTheyDid(ModelDefinition definition, String axis) {
        try (Family family = Family.of(definition, 3)) {
            Space trained = definition.space();
            SplittableRandom random = new SplittableRandom(4);
            List<Member> members = Stream.concat(
                            Stream.of(trained.smallest()),
                            Stream.generate(() -> trained.sample(random)).limit(8))
                    .toList();
            List<Tensor> before =
                    members.stream().map(member -> logits(family, member)).toList();
            ChannelSorting.sort(family, choices(definition, axis), List.of(trained));
            for (int i = 0; i < members.size(); i++) {
                TensorAssert.assertThat(logits(family, members.get(i)))
                        .as(members.get(i).toString())
                        .isCloseTo(before.get(i), 2e-5);
            }
        }
    }

    @Test
    void channelsOfTheResidualStreamAreNoHiddenOnes() {
        ModelDefinition transformer = TinyModels.visionTransformer();
        assertThatThrownBy(() -> ChannelSorting.requireSortable(transformer, List.of(), Set.of("numHeads")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("has none whose number depends on [numHeads]");
        Sharing experts = new LowRank("mlp", 2, 4, 1, new MemberEncoding.Scaled(), false, false);
        assertThatThrownBy(() ->
                        ChannelSorting.requireSortable(transformer, List.of(experts), choices(transformer, "mlpRatio")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("slices or transformed kernels");
    }
}
