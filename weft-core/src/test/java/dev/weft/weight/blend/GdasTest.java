package dev.weft.weight.blend;

import static dev.weft.weight.blend.BlendFixture.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.io.InputException;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.weight.Axis;
import dev.weft.weight.Init;
import dev.weft.weight.Reading;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** GDAS over sizes: the drawn slice alone is there, and its gradient is the one that reaches the logits. */
class GdasTest {
    private static final Choice<Integer> OUT = Choice.of("out", 2, 3, 5);
    private static final Choice<Integer> IN = Choice.of("in", 1, 2, 4);
    private static final double TEMPERATURE = 1.7;

    private static Blend gdas() {
        return new Blend(new SimplexMap.Gdas(null), Blend.Norm.FULL, Blend.Ownership.ENTANGLED, 1);
    }

    private static Weight linear(Weights weights) {
        return weights.weight("w", Init.truncatedNormal(1), Axis.prefix(Dim.of(OUT)), Axis.prefix(Dim.of(IN)));
    }

    /**
     * The gradient of L(w) with w = W[S_d] · h_out · h_in, for each choice: dL/dα_j = Σ (dL/dw ⊙ W[S_d]) · dp_d/dα_j, and dp_d/dα_j is
     * p_d (1[j = d] - p_j) / temperature, where p is the soft draw of the same noise.
     */
    @Test
    void forwardIsTheDrawnSliceAndGradientsAreThoseOfTheFormula() {
        Set<Integer> drawn = new TreeSet<>();
        for (long seed = 0; seed < 40; seed++) {
            try (PointerScope scope = new PointerScope();
                    BlendFixture fixture = new BlendFixture(gdas(), OUT, IN)) {
                Weight weight = linear(fixture.weights);
                fixture.logits(OUT, 0.3, -0.8, 0.9);
                fixture.logits(IN, -0.5, 0.7, 0.1);
                Member member = fixture.weights.drawn(fixture.blend(seed));
                int rows = member.value(OUT);
                int columns = member.value(IN);
                drawn.add(10 * rows + columns);
                Tensor stored = fixture.stored.tensors().get("w");
                Tensor slice = weight.tensor(Reading.of(member).at(TEMPERATURE));
                TensorAssert.assertThat(slice)
                        .isBitEqualTo(stored.narrow(0, 0, rows).narrow(1, 0, columns));
                Tensor direction = random(seed + 1, rows, columns);
                slice.square().mul(direction).sum().backward();

                double scale = 0; // Σ dL/dw ⊙ w
                float[] values = Tensors.floats(slice.detach().contiguous());
                float[] directions = Tensors.floats(direction);
                float[] gradient = Tensors.floats(stored.grad());
                for (int i = 0; i < 20; i++) {
                    int row = i / 4;
                    int column = i % 4;
                    boolean inside = row < rows && column < columns;
                    int k = row * columns + column;
                    double expected = inside ? 2 * values[k] * directions[k] : 0;
                    assertThat((double) gradient[i]).isCloseTo(expected, within(1e-6));
                    scale += inside ? expected * values[k] : 0;
                }
                for (Choice<Integer> choice : java.util.List.of(OUT, IN)) {
                    float[] soft = Tensors.floats(softDraw(choice, seed));
                    int d = choice.options().indexOf(member.value(choice));
                    float[] found =
                            Tensors.floats(fixture.weights.logits(choice).grad());
                    for (int j = 0; j < 3; j++) {
                        assertThat(soft[j]).isLessThanOrEqualTo(soft[d]);
                        double slope = soft[d] * ((j == d ? 1 : 0) - soft[j]) / TEMPERATURE;
                        assertThat((double) found[j])
                                .isCloseTo(scale * slope, within(1e-5 * Math.max(1, Math.abs(scale))));
                    }
                }
            }
        }
        assertThat(drawn).hasSizeGreaterThan(5);
    }

    /** The soft draw of the same noise. */
    private static Tensor softDraw(Choice<Integer> choice, long seed) {
        try (BlendFixture soft = new BlendFixture(
                new Blend(new SimplexMap.GumbelSoftmax(null), Blend.Norm.FULL, Blend.Ownership.ENTANGLED, 1),
                OUT,
                IN)) {
            linear(soft.weights);
            soft.logits(OUT, 0.3, -0.8, 0.9);
            soft.logits(IN, -0.5, 0.7, 0.1);
            return soft.weights
                    .distribution(choice, Reading.of(soft.blend(seed)).at(TEMPERATURE))
                    .detach()
                    .clone();
        }
    }

    @Test
    void logitsThatMoveAfterTheDrawLeaveTheSliceAsItIs() {
        try (PointerScope scope = new PointerScope();
                BlendFixture fixture = new BlendFixture(gdas(), OUT, IN)) {
            Weight weight = linear(fixture.weights);
            fixture.logits(OUT, 200, 0, 0);
            Member member = fixture.weights.drawn(fixture.blend(3));
            assertThat(member.value(OUT)).isEqualTo(2);
            fixture.logits(OUT, 0, 0, 200);
            TensorAssert.assertThat(weight.tensor(Reading.of(member)))
                    .isBitEqualTo(
                            fixture.stored.tensors().get("w").narrow(0, 0, 2).narrow(1, 0, member.value(IN)));
            assertThat(fixture.weights.drawn(fixture.blend(3)).value(OUT)).isEqualTo(5);
        }
    }

    @Test
    void anyOtherMemberIsLeftAsItIs() {
        try (PointerScope scope = new PointerScope();
                BlendFixture fixture = new BlendFixture(gdas(), OUT, IN);
                BlendFixture gumbel = new BlendFixture(
                        new Blend(new SimplexMap.Gumbel(null), Blend.Norm.FULL, Blend.Ownership.ENTANGLED, 1),
                        OUT,
                        IN)) {
            linear(fixture.weights);
            linear(gumbel.weights);
            Member plain = fixture.space.smallest();
            Member mean = BlendedWeights.meanBlend(fixture.space.largest());
            assertThat(fixture.weights.drawn(plain)).isEqualTo(plain);
            assertThat(fixture.weights.drawn(mean)).isEqualTo(mean);
            assertThat(gumbel.weights.drawn(gumbel.blend(1))).isEqualTo(gumbel.blend(1));
        }
    }

    @Test
    void separateWeightsAndPartialChannelsAreRefused() {
        assertThatThrownBy(() -> new Blend(new SimplexMap.Gdas(null), Blend.Norm.FULL, Blend.Ownership.SEPARATE, 1))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("weights=SEPARATE, partialChannels=1. Take map: {kind: gumbel}");
        assertThatThrownBy(() -> new Blend(new SimplexMap.Gdas(null), Blend.Norm.FULL, Blend.Ownership.ENTANGLED, 2))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("partialChannels=2");
    }
}
