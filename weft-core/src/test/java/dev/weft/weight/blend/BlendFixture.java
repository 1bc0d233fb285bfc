package dev.weft.weight.blend;

import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.SharedWeights;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;

/** What tests of blends need: a space, stored weights, and logits that are set by hand. */
public final class BlendFixture implements AutoCloseable {
    final SharedWeights stored = SharedWeights.initialised(5);
    final Space space;
    final BlendedWeights weights;

    BlendFixture(Blend settings, Choice<?>... choices) {
        space = new Space("test", List.of(choices));
        weights = settings.over(stored, space);
    }

    public static Blend softmax(Blend.Norm norm, Blend.Ownership ownership) {
        return new Blend(new SimplexMap.Softmax(), norm, ownership, 1);
    }

    public static Blend entangled() {
        return softmax(Blend.Norm.FULL, Blend.Ownership.ENTANGLED);
    }

    public static Blend separate() {
        return softmax(Blend.Norm.FULL, Blend.Ownership.SEPARATE);
    }

    Member blend(long seed) {
        return BlendedWeights.blend(space.largest(), seed);
    }

    void logits(Choice<?> choice, double... values) {
        set(weights, choice, values);
    }

    public static void set(BlendedWeights weights, Choice<?> choice, double... values) {
        Tensor logits = weights.logits(choice);
        Tensors.withoutGradients(() -> logits.copy_(Tensor.create(values, values.length)))
                .close();
    }

    /** Logits that leave all of the weight, to the last bit, on the options of one member. */
    public static void pick(BlendedWeights weights, Member member) {
        for (Choice<?> choice : weights.choices()) {
            double[] values = new double[choice.options().size()];
            values[choice.options().indexOf(member.value(choice))] = 200;
            set(weights, choice, values);
        }
    }

    public static double[] softmax(double... logits) {
        double sum = Arrays.stream(logits).map(Math::exp).sum();
        return Arrays.stream(logits).map(a -> Math.exp(a) / sum).toArray();
    }

    public static Member member(Object... pairs) {
        Map<String, Object> options = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            options.put(((Choice<?>) pairs[i]).name(), pairs[i + 1]);
        }
        return new Member(options);
    }

    public static Tensor random(long seed, long... shape) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[(int) Arrays.stream(shape).reduce(1, Math::multiplyExact)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensors.of(values, shape);
    }

    @Override
    public void close() {
        stored.close();
    }
}
