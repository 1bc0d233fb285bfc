package dev.weft.weight.blend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.weight.Axis;
import dev.weft.weight.Init;
import dev.weft.weight.Memo;
import dev.weft.weight.Reading;
import dev.weft.weight.SharedWeights;
import dev.weft.weight.Weight;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a pass draws is its own: computed once in it, and by no other pass. */
class PassDrawsTest {
    private static final Choice<Integer> OUT = Choice.of("out", 2, 3, 5);
    private static final Choice<Integer> IN = Choice.of("in", 1, 2, 4);
    private static final Init NORMAL = Init.truncatedNormal(1);

    private final BlendFixture fixture = new BlendFixture(
            new Blend(new SimplexMap.Dirichlet(), Blend.Norm.FULL, Blend.Ownership.ENTANGLED, 1), OUT, IN);
    private final Weight matrix = matrix(fixture.weights);
    private final Weight bias = fixture.weights.weight("b", NORMAL, Axis.prefix(Dim.of(OUT)));
    private final Member blend = fixture.blend(7);

    private static Weight matrix(BlendedWeights weights) {
        return weights.weight("w", NORMAL, Axis.prefix(Dim.of(OUT)), Axis.prefix(Dim.of(IN)));
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private static Tensor loss(Weight weight, Reading reading) {
        return weight.tensor(reading).square().sum();
    }

    private static Tensor gradient(Tensor loss, Tensor of, boolean kept, boolean differentiable) {
        return torch.grad(
                        new TensorVector(loss),
                        new TensorVector(of),
                        new TensorVector(),
                        new BoolOptional(kept),
                        differentiable,
                        false)
                .get(0);
    }

    @Test
    void onePassDrawsOnce() {
        try (PointerScope scope = new PointerScope()) {
            Reading pass = Reading.of(blend);
            Tensor parts = fixture.weights.distribution(OUT, pass);
            assertThat(fixture.weights.distribution(OUT, pass)).isSameAs(parts);
            Tensor slope = gradient(loss(matrix, pass), parts, false, false);
            assertThat(slope.abs().sum().item_double()).isPositive();
        }
    }

    @Test
    void passInsideAnotherDrawsByItsOwnLogitsAndLeavesTheOuterOneWhole() {
        try (BlendFixture soft = new BlendFixture(BlendFixture.entangled(), OUT, IN);
                PointerScope scope = new PointerScope()) {
            Weight first = matrix(soft.weights);
            Weight second = soft.weights.weight("b", NORMAL, Axis.prefix(Dim.of(OUT)));
            Reading outer = Reading.of(soft.blend(0));
            float[] parts = Tensors.floats(soft.weights.distribution(OUT, outer));
            try (PointerScope nested = new PointerScope()) {
                soft.logits(OUT, -2, 4, 1);
                Reading inner = Reading.of(soft.blend(0));
                assertThat(Tensors.floats(soft.weights.distribution(OUT, inner)))
                        .isNotEqualTo(parts);
                loss(first, inner).backward();
            }
            assertThat(Tensors.floats(soft.weights.distribution(OUT, outer))).isEqualTo(parts);
            float[] heard = Tensors.floats(second.tensor(outer));
            float[] stored = Tensors.floats(soft.stored.tensors().get("b"));
            assertThat(heard[4]).isEqualTo(stored[4] * parts[2]); // only the largest option has the last entry
            loss(second, outer).backward(); // the graph of the outer pass is its own
        }
    }

    @Test
    void threadsThatRunOneMemberAtOnceEachHaveTheWholeGradient() throws Exception {
        List<float[]> alone = new ArrayList<>();
        for (double way : new double[] {1, 2}) {
            alone.add(values(way));
        }
        CyclicBarrier together = new CyclicBarrier(2);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 50; round++) {
                List<Future<float[]>> found = new ArrayList<>();
                for (double way : new double[] {1, 2}) {
                    found.add(threads.submit(() -> {
                        together.await();
                        return values(way);
                    }));
                }
                for (int i = 0; i < 2; i++) {
                    assertThat(found.get(i).get()).isEqualTo(alone.get(i));
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** The gradient of {@code way} times the loss with respect to the logits of OUT. */
    private float[] values(double way) {
        try (PointerScope scope = new PointerScope()) {
            Reading pass = Reading.of(blend);
            Tensor loss = loss(matrix, pass).add(loss(bias, pass)).mul(new Scalar(way));
            return Tensors.floats(gradient(loss, fixture.weights.logits(OUT), false, false));
        }
    }

    @Test
    void secondBackwardPassThroughAKeptGraphFindsItWhole() {
        try (PointerScope scope = new PointerScope()) {
            Reading pass = Reading.of(blend);
            Tensor loss = loss(matrix, pass);
            Tensor logits = fixture.weights.logits(OUT);
            float[] first = Tensors.floats(gradient(loss, logits, true, false));
            Tensor both = loss.add(loss(bias, pass)); // read after the first backward pass, of the same draw
            float[] ofBias = Tensors.floats(gradient(loss(bias, Reading.of(blend)), logits, false, false));
            float[] second = Tensors.floats(gradient(both, logits, true, false));
            for (int i = 0; i < 3; i++) {
                assertThat(second[i]).isCloseTo(first[i] + ofBias[i], within(1e-5f));
            }
        }
    }

    /** An unrolled step takes the gradient's gradient, while other passes come and go. */
    @Test
    void gradientOfAGradientGoesThroughTheDrawOfItsPass() {
        try (BlendFixture soft = new BlendFixture(BlendFixture.entangled(), OUT, IN);
                PointerScope scope = new PointerScope()) {
            Weight weight = matrix(soft.weights);
            soft.logits(OUT, 0.3, -0.4, 0.1);
            Tensor stored = soft.stored.tensors().get("w");
            Tensor logits = soft.weights.logits(OUT);
            Member member = soft.blend(1);
            Tensor slope = gradient(loss(weight, Reading.of(member)), stored, true, true);
            Map<String, Tensor> ahead = new LinkedHashMap<>(soft.stored.tensors());
            ahead.put("w", stored.sub(slope));
            SharedWeights moved = SharedWeights.of(name -> Tensors.keep(ahead.get(name)), "ahead");
            BlendedWeights weights = BlendFixture.entangled().over(moved, soft.space);
            Tensor exact = gradient(loss(matrix(weights), Reading.of(member)), logits, false, false);
            double step = 1e-2;
            double[] differences = new double[2];
            for (int side = 0; side < 2; side++) {
                soft.logits(OUT, 0.3 + (side == 0 ? step : -step), -0.4, 0.1);
                Tensor plain = gradient(loss(weight, Reading.of(member)), stored, false, false);
                ahead.put("w", stored.sub(plain).detach());
                SharedWeights other = SharedWeights.of(name -> Tensors.keep(ahead.get(name)), "beside");
                BlendedWeights beside = BlendFixture.entangled().over(other, soft.space);
                differences[side] = loss(matrix(beside), Reading.of(member)).item_double();
            }
            double expected = (differences[0] - differences[1]) / (2 * step);
            assertThat(exact.select(0, 0).item_double()).isCloseTo(expected, within(2e-2 * Math.abs(expected)));
        }
    }

    @Test
    void whatWasDrawnWithoutGradientsIsDrawnAgainWhereTheyAreWanted() {
        try (PointerScope scope = new PointerScope()) {
            Reading pass = Reading.of(blend);
            Tensor before;
            try (NoGradGuard guard = new NoGradGuard()) {
                before = matrix.tensor(pass);
            }
            Tensor after = matrix.tensor(pass);
            TensorAssert.assertThat(after).isBitEqualTo(before);
            assertThat(gradient(after.sum(), fixture.weights.logits(OUT), false, false)
                            .abs()
                            .sum()
                            .item_double())
                    .isPositive();
        }
    }

    @Test
    void whatIsFirstReadInAnInnerScopeLivesAsLongAsThePass() {
        try (PointerScope scope = new PointerScope()) {
            Reading pass = Reading.of(blend);
            float[] parts;
            try (PointerScope inner = new PointerScope()) {
                parts = Tensors.floats(fixture.weights.distribution(OUT, pass));
            }
            assertThat(Tensors.floats(fixture.weights.distribution(OUT, pass))).isEqualTo(parts);
        }
    }

    @Test
    void passIsNotReadAfterItsScope() {
        Reading pass;
        try (PointerScope scope = new PointerScope()) {
            pass = Reading.of(blend);
            matrix.tensor(pass);
        }
        try (PointerScope scope = new PointerScope()) {
            assertThatThrownBy(() -> matrix.tensor(pass))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Begin a new one");
        }
    }

    @Test
    void memoThatRemembersNothingComputesEachTime() {
        AtomicInteger computed = new AtomicInteger();
        for (Memo memo : List.of(Memo.fresh(), Memo.none())) {
            memo.once(this, "key", computed::incrementAndGet);
            memo.once(this, "key", computed::incrementAndGet);
        }
        assertThat(computed).hasValue(3);
        try (PointerScope scope = new PointerScope()) {
            Reading unbegun = new Reading(blend, 1, Memo.none());
            TensorAssert.assertThat(matrix.tensor(unbegun)).isBitEqualTo(matrix.tensor(Reading.of(blend)));
        }
    }

    @Test
    void temperatureIsThePasses() {
        try (BlendFixture gumbel = new BlendFixture(
                        new Blend(new SimplexMap.GumbelSoftmax(null), Blend.Norm.FULL, Blend.Ownership.ENTANGLED, 1),
                        OUT,
                        IN);
                PointerScope scope = new PointerScope()) {
            matrix(gumbel.weights);
            Reading warm = Reading.of(gumbel.blend(3)).at(10);
            Reading cold = Reading.of(gumbel.blend(3)).at(0.01);
            double warmest = gumbel.weights.distribution(OUT, warm).max().item_double();
            double coldest = gumbel.weights.distribution(OUT, cold).max().item_double();
            assertThat(warmest).isLessThan(0.6);
            assertThat(coldest).isGreaterThan(0.99);
            assertThatThrownBy(() -> cold.at(0)).hasMessageContaining("temperature must be above 0");
        }
    }
}
