package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.model.MobileCnn.Block;
import dev.weft.model.MobileCnn.Stage;
import dev.weft.model.MobileCnn.Stem;
import dev.weft.nn.Activation;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import dev.weft.weight.Reading;
import dev.weft.weight.Sharing;
import dev.weft.weight.blend.Blend;
import dev.weft.weight.blend.SimplexMap;
import dev.weft.weight.kernel.KernelTransforms;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small kernels that are matrices times the centres of larger ones. */
public class TransformedKernelsTest {
    private static final List<Sharing> SHARING = List.of(new KernelTransforms("conv_dw"));

    @TempDir
    Path folder;

    /** Depthwise blocks with kernels of three sizes, and a stage that has nothing to transform. */
    public static MobileCnn definition() {
        return new MobileCnn(
                TinyModels.input(3, 16),
                List.of(16),
                new Stem(List.of(8), 2),
                List.of(
                        new Stage(
                                Block.DEPTHWISE,
                                List.of(8, 12),
                                List.of(1, 2),
                                List.of(3, 5, 7),
                                List.of(2.0, 3.0),
                                1,
                                true),
                        new Stage(Block.DEPTHWISE, List.of(16), List.of(1), List.of(3), List.of(2.0), 2, false)),
                List.of(),
                Activation.RELU,
                false);
    }

    /** The matrices here are far from the identity that they begin as. */
    public static Family transformed() {
        Family family = Family.of(definition(), 1, SHARING);
        SplittableRandom random = new SplittableRandom(5);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            family.weights().tensors().forEach((name, tensor) -> {
                if (name.endsWith("_matrix")) {
                    float[] values = new float[(int) tensor.numel()];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = (float) (0.3 * random.nextGaussian());
                    }
                    tensor.add_(Tensors.of(values, tensor.shape()));
                }
            });
        }
        return family;
    }

    private static Member kernel(Family family, int size) {
        return family.member("stage1.width=12,stage1.depth=2,stage1.kernel=" + size + ",stage1.expand=3.0");
    }

    private static Tensor logits(Family family, Member member, Tensor images) {
        return family.forward(images, new Pass(member, BatchStatistics.INSTANCE, 0, 0));
    }

    @Test
    void beginsAsAFamilyOfSlicesBitForBit() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Family slices = Family.of(definition(), 1);
                Family family = Family.of(definition(), 1, SHARING)) {
            assertThat(family.weights().tensors().keySet())
                    .contains("blocks.0.0.conv_dw.7to5_matrix", "blocks.0.1.conv_dw.5to3_matrix")
                    .doesNotContain("blocks.1.0.conv_dw.7to5_matrix")
                    .hasSize(slices.weights().tensors().size() + 4);
            Tensor images = TinyModels.images(definition(), 4, 2);
            for (Member member : FamilyTest.someMembers(family, 8)) {
                TensorAssert.assertThat(logits(family, member, images)).isBitEqualTo(logits(slices, member, images));
            }
        }
    }

    /** Arithmetic in double, written out: 25 numbers are a matrix times the centre of 49, and 9 another times that of those 25. */
    @Test
    void smallKernelIsMatrixTimesTheCentreOfTheLargerOne() {
        try (PointerScope scope = new PointerScope();
                Family family = transformed()) {
            String layer = "blocks.0.1.conv_dw.";
            float[] seven = Tensors.floats(
                    family.weights().tensors().get(layer + "weight").select(0, 3));
            double[] five = times(family, layer + "7to5_matrix", centre(doubles(seven), 7, 5));
            double[] three = times(family, layer + "5to3_matrix", centre(five, 5, 3));
            for (int size : List.of(3, 5, 7)) {
                double[] expected = size == 7 ? doubles(seven) : size == 5 ? five : three;
                Tensor kernels = family.weightsOf(Reading.of(kernel(family, size))).stream()
                        .filter(tensor -> tensor.dim() == 4 && tensor.size(0) == 40 && tensor.size(1) == 1)
                        .reduce((first, second) -> second)
                        .orElseThrow();
                float[] actual = Tensors.floats(kernels.select(0, 3));
                assertThat(actual).hasSize(size * size);
                for (int i = 0; i < actual.length; i++) {
                    assertThat((double) actual[i]).isCloseTo(expected[i], within(1e-5));
                }
            }
        }
    }

    private static double[] doubles(float[] values) {
        double[] copy = new double[values.length];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = values[i];
        }
        return copy;
    }

    private static double[] centre(double[] kernel, int from, int to) {
        double[] centre = new double[to * to];
        int offset = (from - to) / 2;
        for (int y = 0; y < to; y++) {
            for (int x = 0; x < to; x++) {
                centre[y * to + x] = kernel[(y + offset) * from + x + offset];
            }
        }
        return centre;
    }

    private static double[] times(Family family, String matrix, double[] vector) {
        float[] rows = Tensors.floats(family.weights().tensors().get(matrix));
        double[] product = new double[vector.length];
        for (int i = 0; i < vector.length; i++) {
            for (int j = 0; j < vector.length; j++) {
                product[i] += rows[i * vector.length + j] * vector[j];
            }
        }
        return product;
    }

    /** The law, also through a file. */
    @Test
    void memberThatIsTakenOutIsPlainAndComputesTheSame() {
        Path file = folder.resolve("model.safetensors");
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Family family = transformed()) {
            Tensor images = TinyModels.images(definition(), 4, 2);
            for (Member member : FamilyTest.someMembers(family, 12)) {
                MemberStatistics statistics = FamilyTest.calibrate(family, member, images);
                Tensor inside = family.forward(images, Pass.evaluation(member, statistics));
                try (Family extracted = family.extract(member, statistics);
                        Family plain = Family.ofShapes(definition().at(member))) {
                    assertThat(extracted.weights().tensors().keySet())
                            .containsExactlyElementsOf(plain.weights().tensors().keySet());
                    TensorAssert.assertThat(extracted.forward(
                                    images,
                                    Pass.evaluation(
                                            Member.PLAIN,
                                            extracted.members().get("model").statistics())))
                            .isBitEqualTo(inside);
                    extracted.save(file);
                }
                try (Family read = Family.open(file)) {
                    TensorAssert.assertThat(read.forward(
                                    images,
                                    Pass.evaluation(
                                            Member.PLAIN,
                                            read.members().get("model").statistics())))
                            .isCloseTo(inside, 1e-5);
                }
            }
        }
    }

    @Test
    void familyIsReadBackAsItWas() {
        Path file = folder.resolve("family.safetensors");
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Family family = transformed()) {
            family.save(file);
            try (Family read = Family.open(file)) {
                assertThat(read.sharing()).isEqualTo(SHARING);
                Tensor images = TinyModels.images(definition(), 3, 2);
                for (Member member : FamilyTest.someMembers(family, 5)) {
                    TensorAssert.assertThat(logits(read, member, images)).isBitEqualTo(logits(family, member, images));
                }
            }
        }
    }

    /** A matrix trains where a kernel passes through it, and only there. */
    @Test
    void gradientReachesTheMatricesThatAMemberUses() {
        for (int size : List.of(7, 5, 3)) {
            try (PointerScope scope = new PointerScope();
                    Family family = transformed()) {
                Tensor images = TinyModels.images(definition(), 4, 2);
                logits(family, kernel(family, size), images).square().sum().backward();
                assertThat(gradientNorm(family, "7to5") > 0).isEqualTo(size < 7);
                assertThat(gradientNorm(family, "5to3") > 0).isEqualTo(size < 5);
                assertThat(gradientNorm(family, "weight")).isPositive();
            }
        }
    }

    private static double gradientNorm(Family family, String part) {
        Tensor gradient = null;
        for (var entry : family.weights().tensors().entrySet()) {
            if (entry.getKey().startsWith("blocks.0.0.conv_dw." + part)) {
                gradient = entry.getValue().grad();
            }
        }
        return gradient == null || !gradient.defined() ? 0 : gradient.norm().item_double();
    }

    @Test
    void whatCannotBeTransformedIsRefused() {
        assertThatThrownBy(() -> Family.of(definition(), 1, List.of(new KernelTransforms("conv_pw"))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("Kernel transforms must have a pattern that is found in the name of a weight");
        assertThatThrownBy(() -> Sharing.requireOrder(List.of(
                        new Blend(new SimplexMap.Softmax(), Blend.Norm.MASKED, Blend.Ownership.ENTANGLED, 1),
                        SHARING.get(0))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("a blend and kernel transforms");
        assertThat(Json.parse(Json.writeLine(SHARING.get(0)), "text", Sharing.class))
                .isEqualTo(SHARING.get(0));
    }
}
