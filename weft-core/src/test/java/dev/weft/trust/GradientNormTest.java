package dev.weft.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.data.Batch;
import dev.weft.data.InMemoryImages;
import dev.weft.model.Family;
import dev.weft.model.ImageInput;
import dev.weft.model.ModelDefinition;
import dev.weft.model.ModelInput;
import dev.weft.nn.Layer;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.weight.Axis;
import dev.weft.weight.Init;
import dev.weft.weight.Reading;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class GradientNormTest {
    private static final ImageInput INPUT =
            new ImageInput(3, 1, List.of(0.5, 0.5, 0.5), List.of(1.0, 1.0, 1.0), List.of("a", "b", "c", "d"));

    /** Logits {@code W2 W1 x + b} of three pixels through a width that is chosen: gradients can be written down. */
    private record Line(List<Integer> widths) implements ModelDefinition {
        @Override
        public String name() {
            return "line";
        }

        @Override
        public ModelInput input() {
            return INPUT;
        }

        @Override
        public ModelDefinition withInput(ModelInput input) {
            return this;
        }

        @Override
        public List<Choice<?>> choices() {
            return widths.size() > 1 ? List.of(new Choice<>("width", widths)) : List.of();
        }

        @Override
        public ModelDefinition at(Member member) {
            return new Line(List.of(member.value(new Choice<>("width", widths))));
        }

        @Override
        public Layer build(Weights weights) {
            int width = widths.get(0);
            Weight first = weights.weight("first", Init.uniformFanIn(), Axis.fixed(width), Axis.fixed(3));
            Weight second = weights.weight("second", Init.uniformFanIn(), Axis.fixed(4), Axis.fixed(width));
            Weight bias = weights.weight("bias", Init.zeros(), Axis.fixed(4));
            return (x, pass) -> second.linear(
                    first.linear(x.reshape(-1, 3), null, Reading.of(pass.member())),
                    bias.tensor(Reading.of(pass.member())),
                    Reading.of(pass.member()));
        }
    }

    private static InMemoryImages data(int count) {
        SplittableRandom random = new SplittableRandom(3);
        byte[] pixels = new byte[count * 3];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) random.nextInt(4);
        }
        return InMemoryImages.of(
                "line",
                INPUT.classes(),
                3,
                1,
                1,
                pixels,
                random.ints(count, 0, 4).toArray(),
                IntStream.range(0, count).mapToObj(String::valueOf).toList());
    }

    private static double[][] matrix(Tensor tensor) {
        float[] values = Tensors.floats(tensor);
        int columns = (int) tensor.size(1);
        double[][] rows = new double[(int) tensor.size(0)][columns];
        for (int i = 0; i < values.length; i++) {
            rows[i / columns][i % columns] = values[i];
        }
        return rows;
    }

    private static double norm(double[][] matrix) {
        double squares = 0;
        for (double[] row : matrix) {
            for (double value : row) {
                squares += value * value;
            }
        }
        return Math.sqrt(squares);
    }

    /** Worked by hand, with g = (softmax(z) - y) / B, the gradient of W2 is Σ g hᵀ and that of W1 is Σ W2ᵀ g xᵀ. That of b does not count. */
    @Test
    void isTheSumOfTheNormsOfTheGradientsOfTheWeights() {
        int width = 5;
        int count = 6;
        try (Family plain = Family.of(new Line(List.of(width)), 7);
                PointerScope scope = new PointerScope()) {
            Batch batch = data(count).batch(new int[] {0, 1, 2, 3, 4, 5});
            double[][] first = matrix(plain.weights().tensors().get("first"));
            double[][] second = matrix(plain.weights().tensors().get("second"));
            double[][] inputs = matrix(batch.inputs().only().reshape(-1, 3));
            double[][] ofFirst = new double[width][3];
            double[][] ofSecond = new double[4][width];
            for (int e = 0; e < count; e++) {
                double[] hidden = times(first, inputs[e]);
                double[] logits = times(second, hidden);
                double all = 0;
                for (double logit : logits) {
                    all += Math.exp(logit);
                }
                long label = batch.labels().get(e).item_long();
                for (int c = 0; c < 4; c++) {
                    double g = (Math.exp(logits[c]) / all - (c == label ? 1 : 0)) / count;
                    for (int h = 0; h < width; h++) {
                        ofSecond[c][h] += g * hidden[h];
                        for (int i = 0; i < 3; i++) {
                            ofFirst[h][i] += second[c][h] * g * inputs[e][i];
                        }
                    }
                }
            }
            double expected = norm(ofFirst) + norm(ofSecond);
            assertThat(norm(ofFirst)).isGreaterThan(0.05);
            assertThat(norm(ofSecond)).isGreaterThan(0.05);
            assertThat(GradientNorm.of(plain, batch)).isCloseTo(expected, within(1e-5));
        }
    }

    private static double[] times(double[][] matrix, double[] vector) {
        double[] product = new double[matrix.length];
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < vector.length; j++) {
                product[i] += matrix[i][j] * vector[j];
            }
        }
        return product;
    }

    @Test
    void ofAMemberItIsThatOfTheMemberAloneAndAlwaysTheSame() {
        Line model = new Line(List.of(2, 5));
        GradientNorm norms = new GradientNorm(model, data(100));
        List<Member> members = model.space().enumerate(10);
        assertThat(members).hasSize(2);
        for (Member member : members) {
            double found = norms.measure(member, Baseline.GRADIENT_NORM).get(Baseline.GRADIENT_NORM);
            try (Family alone = Family.of(model.at(member), 0);
                    PointerScope scope = new PointerScope()) {
                assertThat(found)
                        .isEqualTo(
                                GradientNorm.of(alone, data(100).batches(64, 0).batch(0)))
                        .isPositive();
            }
            assertThat(norms.measure(member, Baseline.GRADIENT_NORM)).containsValue(found);
        }
        assertThat(norms.measure(members.get(0), Baseline.GRADIENT_NORM))
                .isNotEqualTo(norms.measure(members.get(1), Baseline.GRADIENT_NORM));
    }
}
