package dev.weft.weight.blend;

import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.weight.Memo;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * One draw of mixing weights for every choice, and the multipliers that follow from them: a pure function of the stored parameters
 * behind them and of the draw's name in the member (see {@link BlendDraw}), computed once in the pass that draws it.
 */
public final class Mixture {
    private final MixingWeights mixing;
    private final Memo memo;

    /** @param memo of the pass that draws */
    public Mixture(MixingWeights mixing, Memo memo) {
        this.mixing = mixing;
        this.memo = memo;
    }

    /** Whether a member is a mixture. */
    public static boolean is(Member member) {
        return member.context().containsKey(BlendDraw.SEED);
    }

    /** The mixing weights (options) of a choice of the model; exactly 0 for an option that the space does not have. */
    public Tensor weights(Choice<?> choice) {
        return once(choice, () -> mixing.weights(choice));
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
        return once(choices, () -> {
            Tensor joint = weights(choices.get(0));
            for (Choice<?> next : choices.subList(1, choices.size())) {
                joint = joint.unsqueeze(1).mul(weights(next)).flatten();
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
            int position = choice.options().indexOf(member.value(choice));
            Tensor one = once(new Drawn(choice, position), () -> {
                Tensor part = weights(choice).select(0, position);
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
        return once(slices, () -> slices.multiplier(joint(slices.choices())));
    }

    /** Temporaries of {@code compute} are freed. */
    private Tensor once(Object key, Supplier<Tensor> compute) {
        return memo.once(this, key, () -> Tensors.scoped(compute));
    }
}
