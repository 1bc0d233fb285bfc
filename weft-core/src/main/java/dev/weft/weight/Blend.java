package dev.weft.weight;

import dev.weft.io.InputException;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.VoidTensorHook;

/**
 * One draw of mixing weights for every choice: a pure function of the blend logits and of the draw's name in the member
 * ({@code @blend=SEED}, {@code @temperature=T}). What was computed is remembered while it is alive and true: until its
 * {@code PointerScope} ends, a logit changes, gradients are wanted where none were recorded, or a backward pass has gone through
 * mixing weights and freed what it would need a second time.
 */
final class Blend {
    /** The context entry that makes a member a blend: a seed, or {@link #MEAN}. */
    static final String DRAW = "blend";
    /** The context entry with the temperature of the draw; 1 where absent. */
    static final String TEMPERATURE = "temperature";
    /** What begins the context entry of a choice of which the blend has one option, named by its value, and nothing of the others. */
    static final String ONLY = "only.";
    /** The same, of a choice of which the blend has no more of the option than its part. */
    static final String PART = "part.";
    /** The draw of the expected mixing weights, without randomness. */
    static final String MEAN = "mean";

    private static final AtomicLong BACKWARD_PASSES = new AtomicLong();
    /** One for all: JavaCPP has room for a handful of callbacks. */
    private static final VoidTensorHook COUNT_BACKWARD = new CountBackward().retainReference();

    /** Hears of the gradient of mixing weights, on whatever thread autograd computes it. */
    private static final class CountBackward extends VoidTensorHook {
        @Override
        public void call(TensorBase gradient) {
            BACKWARD_PASSES.incrementAndGet();
        }
    }

    /** A tensor, the state of the logits that it was computed from, and how many backward passes there had been. */
    private record Known(Tensor tensor, long version, long backwardPasses) {
        boolean stillTrue(long now, boolean gradients) {
            return !tensor.isNull()
                    && version == now
                    && tensor.requires_grad() == gradients
                    && (!gradients || backwardPasses == BACKWARD_PASSES.get());
        }
    }

    private final SimplexMap map;
    private final Map<String, BlendedChoice> choices;
    private final String draw;
    private final long seed;
    private final double temperature;
    private final Map<String, String> context;
    private final Map<Object, Known> known = new LinkedHashMap<>();

    Blend(SimplexMap map, Map<String, BlendedChoice> choices, Member member) {
        this.map = map;
        this.choices = choices;
        this.context = member.context();
        this.draw = context.get(DRAW);
        String degrees = member.context().getOrDefault(TEMPERATURE, "1");
        try {
            this.seed = draw.equals(MEAN) ? 0 : Long.parseLong(draw);
            this.temperature = Double.parseDouble(degrees);
        } catch (NumberFormatException e) {
            throw new InputException(
                    "A blend must have a seed or \"" + MEAN + "\" as @" + DRAW + " and a number as @" + TEMPERATURE
                            + ", but got @" + DRAW + "=" + draw + ",@" + TEMPERATURE + "=" + degrees + ".",
                    e);
        }
    }

    static boolean is(Member member) {
        return member.context().containsKey(DRAW);
    }

    /** The mixing weights (options) of a choice of the model; exactly 0 for an option that the space does not have. */
    Tensor weights(Choice<?> choice) {
        String only = context.get(ONLY + choice.name());
        String part = context.get(PART + choice.name());
        if (only != null) {
            return row(choice, only);
        }
        return part == null ? drawn(choice) : drawn(choice).mul(row(choice, part));
    }

    private static Tensor row(Choice<?> choice, String option) {
        float[] row = new float[choice.options().size()];
        for (int i = 0; i < row.length; i++) {
            row[i] = choice.options().get(i).toString().equals(option) ? 1 : 0;
        }
        return Tensor.create(row, row.length);
    }

    private Tensor drawn(Choice<?> choice) {
        return remembered(choice, List.of(choice), () -> choices.get(choice.name())
                .parts(alpha -> draw.equals(MEAN) ? map.mean(alpha) : map.map(alpha, seed(choice), temperature)));
    }

    /** Whether the space has every option that {@code combination} picks for {@code of}. */
    boolean allows(List<Choice<?>> of, Member combination) {
        return of.stream().allMatch(choice -> choices.get(choice.name())
                .allows(choice.options().indexOf(combination.value(choice))));
    }

    /** Far apart for neighbouring draws, whatever the names: equal seeds would draw equal noise. */
    private long seed(Choice<?> choice) {
        return new SplittableRandom(seed * 0x9E3779B97F4A7C15L + choice.name().hashCode()).nextLong();
    }

    /** The weight of every combination of the choices' options, the first choice varying slowest: their product (K). */
    Tensor joint(List<Choice<?>> choices) {
        if (choices.size() == 1) {
            return weights(choices.get(0));
        }
        List<Tensor> each =
                choices.stream().map(this::weights).toList(); // here, so that they live as long as the joint ones
        return remembered(choices, choices, () -> {
            Tensor joint = each.get(0);
            for (Tensor next : each.subList(1, each.size())) {
                joint = joint.unsqueeze(1).mul(next).flatten();
            }
            return joint;
        });
    }

    /** The multiplier of some axes; see {@link Slices#multiplier}. */
    Tensor multiplier(Slices slices) {
        Tensor joint = joint(slices.choices());
        return remembered(slices, slices.choices(), () -> slices.multiplier(joint));
    }

    private Tensor remembered(Object key, List<Choice<?>> choices, Supplier<Tensor> compute) {
        long version = 0;
        boolean gradients = false;
        for (Choice<?> choice : choices) {
            Tensor alpha = this.choices.get(choice.name()).logits();
            version += alpha._version();
            gradients |= alpha.requires_grad();
        }
        gradients &= GradMode.is_enabled();
        Known before = known.get(key);
        if (before != null && before.stillTrue(version, gradients)) {
            return before.tensor;
        }
        long backwardPasses = BACKWARD_PASSES.get();
        Tensor tensor = Tensors.scoped(compute);
        if (gradients && key instanceof Choice) { // all else is a function of these
            tensor.register_hook(COUNT_BACKWARD);
        }
        known.put(key, new Known(tensor, version, backwardPasses));
        return tensor;
    }
}
