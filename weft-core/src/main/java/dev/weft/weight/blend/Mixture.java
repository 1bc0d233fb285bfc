package dev.weft.weight.blend;

import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.VoidTensorHook;

/**
 * One draw of mixing weights for every choice, and the multipliers that follow from them: a pure function of the stored parameters
 * behind them and of the draw's name in the member (see {@link BlendDraw}). What was computed is remembered while it is alive and true: until its
 * {@code PointerScope} ends, a parameter changes, gradients are wanted where none were recorded, or a backward pass has gone through
 * mixing weights and freed what it would need a second time.
 */
public final class Mixture {
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

    private final MixingWeights mixing;
    private final Map<Object, Known> known = new LinkedHashMap<>();

    public Mixture(MixingWeights mixing) {
        this.mixing = mixing;
    }

    public static boolean is(Member member) {
        return member.context().containsKey(BlendDraw.SEED);
    }

    /** The mixing weights (options) of a choice of the model; exactly 0 for an option that the space does not have. */
    public Tensor weights(Choice<?> choice) {
        return mixing.weights(choice, this);
    }

    /** Whether the space has every option that {@code combination} picks for {@code of}. */
    public boolean allows(List<Choice<?>> of, Member combination) {
        return of.stream()
                .allMatch(choice -> mixing.allows(choice, choice.options().indexOf(combination.value(choice))));
    }

    /** The weight of every combination of the choices' options, the first choice varying slowest: their product (K). */
    public Tensor joint(List<Choice<?>> choices) {
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

    /**
     * The product of what the options that a member picks of {@code choices} have of a hard draw: 1, with the gradient of their parts, also
     * where the logits have moved and would draw another one. A scalar.
     */
    public Tensor drawn(List<Choice<?>> choices, Member member) {
        Tensor product = null;
        for (Choice<?> choice : choices) {
            Tensor weights = weights(choice);
            int position = choice.options().indexOf(member.value(choice));
            Tensor one = remembered(new Drawn(choice, position), List.of(choice), () -> {
                Tensor part = weights.select(0, position);
                return part.sub(part.detach()).add(new Scalar(1));
            });
            product = product == null ? one : product.mul(one);
        }
        return product;
    }

    /** What is remembered of an option that was drawn. */
    private record Drawn(Choice<?> choice, int position) {}

    /** The multiplier of some axes; see {@link Slices#multiplier}. */
    public Tensor multiplier(Slices slices) {
        Tensor joint = joint(slices.choices());
        return remembered(slices, slices.choices(), () -> slices.multiplier(joint));
    }

    /**
     * What was computed, or is now. Temporaries of {@code compute} are freed.
     *
     * @param key a choice for its mixing weights; anything else for what is a function of such, or they of it
     * @param choices whose mixing weights it has to do with
     */
    public Tensor remembered(Object key, List<Choice<?>> choices, Supplier<Tensor> compute) {
        Tensor before = known(key, choices);
        if (before != null) {
            return before;
        }
        long backwardPasses = BACKWARD_PASSES.get();
        Tensor tensor = Tensors.scoped(compute);
        if (gradients(choices) && key instanceof Choice) { // all else is a function of these
            tensor.register_hook(COUNT_BACKWARD);
        }
        known.put(key, new Known(tensor, version(choices), backwardPasses));
        return tensor;
    }

    /** What was computed, or {@code null} where it is no longer alive or true; see {@link #remembered}. */
    public Tensor known(Object key, List<Choice<?>> choices) {
        Known before = known.get(key);
        return before != null && before.stillTrue(version(choices), gradients(choices)) ? before.tensor : null;
    }

    private long version(List<Choice<?>> choices) {
        long version = 0;
        for (Choice<?> choice : choices) {
            for (Tensor parameter : mixing.parameters(choice)) {
                version += parameter._version();
            }
        }
        return version;
    }

    private boolean gradients(List<Choice<?>> choices) {
        return GradMode.is_enabled()
                && choices.stream()
                        .anyMatch(choice -> mixing.parameters(choice).stream().anyMatch(Tensor::requires_grad));
    }
}
