package dev.weft.weight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.ops.Ops;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** What every kind of weight must do, also one outside Weft. Implement it once a kind. */
public interface WeightContract {
    /** A weight (out, in) and what it is made of. */
    Weight weight();

    /** Members that see different values, two or more. */
    List<Member> members();

    /** The shared trainable tensors that the weight is a view of. */
    List<Tensor> shared();

    /** Counts for each shared tensor how many of its entries the member's weight depends on. */
    List<Integer> used(Member member);

    private static Tensor random(long seed, long... shape) {
        float[] values = new float[(int) (shape.length == 1 ? shape[0] : shape[0] * shape[1])];
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensors.of(values, shape);
    }

    @Test
    default void shapeIsThatOfTheTensor() {
        try (PointerScope scope = new PointerScope()) {
            for (Member member : members()) {
                assertThat(Arrays.stream(weight().tensor(Reading.of(member)).shape())
                                .mapToObj(n -> (int) n))
                        .as(member.toString())
                        .containsExactlyElementsOf(weight().shape(member));
            }
        }
    }

    @Test
    default void applyingItEqualsThePlainLayerOnItsTensor() {
        try (PointerScope scope = new PointerScope()) {
            for (Member member : members()) {
                List<Integer> shape = weight().shape(member);
                Tensor x = random(1, 5, shape.get(1));
                Tensor bias = random(2, shape.get(0));
                for (Tensor b : Arrays.asList(bias, null)) {
                    TensorAssert.assertThat(weight().linear(x, b, Reading.of(member)))
                            .as(member.toString())
                            .isCloseTo(
                                    Ops.linear(
                                            x,
                                            weight().tensor(Reading.of(member)).clone(),
                                            b),
                                    1e-5);
                }
            }
        }
    }

    @Test
    default void gradientTouchesWhatTheMemberUsesAndNothingElse() {
        for (Member member : members()) {
            try (PointerScope scope = new PointerScope()) {
                shared().forEach(tensor -> {
                    if (tensor.grad().defined()) {
                        tensor.grad().zero_();
                    }
                });
                weight().tensor(Reading.of(member))
                        .mul(random(3, weight().shape(member).get(1)).abs().add(new org.bytedeco.pytorch.Scalar(1)))
                        .sum()
                        .backward();
                for (int i = 0; i < shared().size(); i++) {
                    int touched = 0;
                    for (float g : Tensors.floats(shared().get(i).grad())) {
                        touched += g != 0 ? 1 : 0;
                    }
                    assertThat(touched)
                            .as(member.toString())
                            .isEqualTo(used(member).get(i));
                }
            }
        }
    }

    @Test
    default void membersCanBeReadAtOnceFromSeveralThreads() throws Exception {
        List<float[]> alone = new ArrayList<>();
        for (Member member : members()) {
            try (PointerScope scope = new PointerScope()) {
                alone.add(Tensors.floats(weight().tensor(Reading.of(member))));
            }
        }
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<float[]>> readings = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                Member member = members().get(i % members().size());
                readings.add(threads.submit(() -> {
                    try (PointerScope scope = new PointerScope()) {
                        return Tensors.floats(weight().tensor(Reading.of(member)));
                    }
                }));
            }
            for (int i = 0; i < readings.size(); i++) {
                assertThat(readings.get(i).get()).isEqualTo(alone.get(i % alone.size()));
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
