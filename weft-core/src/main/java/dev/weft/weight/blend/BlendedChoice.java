package dev.weft.weight.blend;

import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Reading;
import dev.weft.weight.Weight;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * A choice of a model that is blended, and the options that a blend may mix. A sub-space may have fewer of them than the model
 * (few-shot NAS, Zhao et al. 2021; gradient matching, Hu et al. 2022): a map then reads the logits of those alone, the others have
 * exactly 0 of the blend, and their logits no gradient.
 */
final class BlendedChoice {
    private final Choice<?> choice;
    private final Weight logits;
    private final long[] allowed; // positions among the model's options, rising

    /**
     * @param choice the model's
     * @param space whose choice of that name says what is allowed; all, if it has none
     */
    BlendedChoice(Choice<?> choice, Weight logits, Space space) {
        this.choice = choice;
        this.logits = logits;
        List<?> options = space.choices().stream()
                .filter(c -> c.name().equals(choice.name()))
                .findFirst()
                .<List<?>>map(Choice::options)
                .orElse(choice.options());
        this.allowed = IntStream.range(0, choice.options().size())
                .filter(i -> options.contains(choice.options().get(i)))
                .asLongStream()
                .toArray();
        if (allowed.length != options.size()) {
            throw new IllegalArgumentException("Choice " + choice.name() + " of space \"" + space.name()
                    + "\" must have options of the model, " + choice.options() + ", but has " + options + ".");
        }
    }

    /** The model's. */
    Choice<?> choice() {
        return choice;
    }

    /** The stored logits (options), also of what is not allowed. */
    Tensor logits() {
        return logits.tensor(Reading.of(Member.PLAIN));
    }

    /** The logits of the options that are allowed, with gradient to the stored ones. */
    Tensor allowedLogits() {
        return isWhole() ? logits() : logits().index_select(0, positions(logits()));
    }

    /** Whether every option is allowed. */
    boolean isWhole() {
        return allowed.length == choice.options().size();
    }

    /** Whether the option at a position is allowed. */
    boolean allows(int position) {
        return Arrays.binarySearch(allowed, position) >= 0;
    }

    /** The last option that is allowed. */
    Object largest() {
        return choice.options().get((int) allowed[allowed.length - 1]);
    }

    /** The parts (options) that {@code map} gives to the logits of what is allowed; exactly 0 for the rest. */
    Tensor parts(UnaryOperator<Tensor> map) {
        Tensor parts = map.apply(allowedLogits());
        return isWhole() ? parts : parts.new_zeros(choice.options().size()).index_copy(0, positions(parts), parts);
    }

    /**
     * Parts of this choice's options as {@code other}, of the same name, lists them.
     *
     * @param parts (options) of this choice
     */
    Tensor as(Choice<?> other, Tensor parts) {
        if (other.options().equals(choice.options())) {
            return parts;
        }
        long[] positions = other.options().stream()
                .mapToLong(option -> choice.options().indexOf(option))
                .toArray();
        return parts.index_select(0, Tensors.longsLike(parts, positions));
    }

    private Tensor positions(Tensor like) {
        return Tensors.longsLike(like, allowed);
    }
}
