package dev.weft.weight;

import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * One draw of mixing weights for every choice: a pure function of the blend logits and of the draw's name in the member
 * ({@code @blend=SEED}, {@code @temperature=T}). What was computed is remembered while it is alive and true: until its
 * {@code PointerScope} ends, a logit changes, or gradients are wanted where none were recorded.
 */
final class Blend {
    /** The context entry that makes a member a blend: a seed, or {@link #MEAN}. */
    static final String DRAW = "blend";
    /** The context entry with the temperature of the draw; 1 where absent. */
    static final String TEMPERATURE = "temperature";
    /** The draw of the expected mixing weights, without randomness. */
    static final String MEAN = "mean";

    /** A tensor, and the state of the logits that it was computed from. */
    private record Known(Tensor tensor, long version) {
        boolean stillTrue(long now, boolean gradients) {
            return !tensor.isNull() && version == now && tensor.requires_grad() == gradients;
        }
    }

    private final SimplexMap map;
    private final Map<Choice<?>, Weight> logits;
    private final String draw;
    private final double temperature;
    private final Map<Object, Known> known = new LinkedHashMap<>();

    Blend(SimplexMap map, Map<Choice<?>, Weight> logits, Member member) {
        this.map = map;
        this.logits = logits;
        this.draw = member.context().get(DRAW);
        this.temperature = Double.parseDouble(member.context().getOrDefault(TEMPERATURE, "1"));
    }

    static boolean is(Member member) {
        return member.context().containsKey(DRAW);
    }

    /** The mixing weights (options) of a choice. */
    Tensor weights(Choice<?> choice) {
        return remembered(choice, List.of(choice), () -> {
            Tensor alpha = logits.get(choice).tensor(Member.PLAIN);
            return draw.equals(MEAN) ? map.mean(alpha) : map.map(alpha, seed(choice), temperature);
        });
    }

    private long seed(Choice<?> choice) {
        return new SplittableRandom(Long.parseLong(draw) + choice.name().hashCode()).nextLong();
    }

    /** The weight of every combination of the choices' options, the first choice varying slowest: their product (K). */
    Tensor joint(List<Choice<?>> choices) {
        if (choices.size() == 1) {
            return weights(choices.get(0));
        }
        return remembered(choices, choices, () -> {
            Tensor joint = weights(choices.get(0));
            for (Choice<?> choice : choices.subList(1, choices.size())) {
                joint = joint.unsqueeze(1).mul(weights(choice)).flatten();
            }
            return joint;
        });
    }

    /** The multiplier of some axes; see {@link Slices#multiplier}. */
    Tensor multiplier(Slices slices) {
        return remembered(slices, slices.choices(), () -> slices.multiplier(joint(slices.choices())));
    }

    private Tensor remembered(Object key, List<Choice<?>> choices, java.util.function.Supplier<Tensor> compute) {
        long version = 0;
        boolean gradients = false;
        for (Choice<?> choice : choices) {
            Tensor alpha = logits.get(choice).tensor(Member.PLAIN);
            version += alpha._version();
            gradients |= alpha.requires_grad();
        }
        gradients &= GradMode.is_enabled();
        Known before = known.get(key);
        if (before != null && before.stillTrue(version, gradients)) {
            return before.tensor;
        }
        Tensor tensor = Tensors.scoped(compute);
        known.put(key, new Known(tensor, version));
        return tensor;
    }
}
