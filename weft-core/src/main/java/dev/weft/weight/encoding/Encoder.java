package dev.weft.weight.encoding;

import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Reading;
import dev.weft.weight.Weights;
import dev.weft.weight.blend.Mixture;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Members as tensors of numbers, by a {@link MemberEncoding}. A blend has the expected numbers (of a mean, the expected sum over the
 * expected count), differentiable in what it is mixed by. Members that differ only in decisions that mean nothing have equal numbers.
 */
public final class Encoder {
    private static final float FIXED = 0.5f;

    private final Weights source;
    private final List<MemberEncoding.Entry> entries;
    private final Map<String, Choice<?>> choices;
    private final boolean fixed;

    /** @param fixed whether every number is 0.5, whatever the member */
    public Encoder(Weights source, MemberEncoding encoding, Space space, boolean fixed) {
        this.source = source;
        this.entries = encoding.entries(space);
        this.choices =
                space.choices().stream().collect(Collectors.toUnmodifiableMap(Choice::name, Function.identity()));
        this.fixed = fixed;
    }

    /** How many numbers there are. */
    public int size() {
        return entries.size();
    }

    /** The numbers of a member, in the caller's scope. */
    public Tensor encoded(Reading reading) {
        Member member = reading.member();
        if (!fixed && Mixture.is(member)) {
            return Tensors.scoped(() -> {
                Tensor[] numbers = new Tensor[size()];
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] = expected(entries.get(i), reading);
                }
                return torch.stack(new TensorVector(numbers), 0);
            });
        }
        float[] numbers = new float[size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = fixed ? FIXED : number(entries.get(i), member);
        }
        return Tensors.fresh(numbers, numbers.length);
    }

    private float number(MemberEncoding.Entry entry, Member member) {
        double sum = 0;
        int active = 0;
        for (MemberEncoding.Term term : entry.terms()) {
            boolean counts = isActive(term.choice(), member);
            if (counts || !entry.mean()) {
                int option = counts ? term.choice().options().indexOf(member.value(term.choice())) : 0;
                sum += term.values().get(option);
                active++;
            }
        }
        return (float) (entry.shift() + (entry.mean() ? sum / Math.max(active, 1) : sum));
    }

    private boolean isActive(Choice<?> choice, Member member) {
        return isAlwaysCounted(choice) || choice.isActiveWith(member.value(choices.get(choice.controller())));
    }

    /** A switched choice that is off has a value of its own for that. */
    private static boolean isAlwaysCounted(Choice<?> choice) {
        return !choice.isConditional() || choice.isSwitched();
    }

    private Tensor expected(MemberEncoding.Entry entry, Reading reading) {
        Tensor sum = Tensors.scalar(0);
        Tensor active = Tensors.scalar(0);
        for (MemberEncoding.Term term : entry.terms()) {
            Tensor value = weighted(source.distribution(term.choice(), reading), term.values());
            Tensor counts = activity(term.choice(), reading);
            Tensor part = value.mul(counts);
            if (!entry.mean()) {
                Scalar first = new Scalar(term.values().get(0));
                part = part.add(counts.neg().add(new Scalar(1)).mul(first));
            }
            sum = sum.add(part);
            active = active.add(counts);
        }
        Tensor number = entry.mean() ? sum.div(active.clamp_min(new Scalar(1e-6))) : sum;
        return number.add(new Scalar(entry.shift()));
    }

    /** The probability that a choice means something: a scalar. */
    private Tensor activity(Choice<?> choice, Reading reading) {
        if (isAlwaysCounted(choice)) {
            return Tensors.scalar(1);
        }
        Choice<?> controller = choices.get(choice.controller());
        return weighted(
                source.distribution(controller, reading),
                controller.options().stream()
                        .map(option -> choice.isActiveWith(option) ? 1.0 : 0.0)
                        .toList());
    }

    private static Tensor weighted(Tensor spread, List<Double> values) {
        float[] numbers = new float[values.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = values.get(i).floatValue();
        }
        return spread.mul(Tensors.like(spread, numbers, numbers.length)).sum();
    }
}
