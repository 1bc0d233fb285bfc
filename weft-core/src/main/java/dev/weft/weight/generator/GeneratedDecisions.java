package dev.weft.weight.generator;

import dev.weft.io.InputException;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.weight.blend.BlendDraw;
import dev.weft.weight.blend.MixingWeights;
import dev.weft.weight.blend.Mixture;
import java.util.Collection;
import java.util.List;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;

/** Mixing weights that a generator decides, all at once: one-hot ones, for a target that the member names. */
final class GeneratedDecisions implements MixingWeights {
    /** The context entry with the target cost: a part of the range from the cheapest to the dearest member. */
    static final String TARGET = "target";

    private final ArchitectureGenerator generator;
    private final BlendDraw draw;
    private final float target;
    private final List<Tensor> parameters;

    /** @param member whose context names target and draw */
    GeneratedDecisions(ArchitectureGenerator generator, Member member) {
        this.generator = generator;
        this.draw = BlendDraw.of(member);
        this.target = (float) target(member);
        this.parameters = List.copyOf(generator.parameters().values());
    }

    /** What a generated member was to cost, as a part of the range. */
    static double target(Member member) {
        String text = member.context().get(TARGET);
        try {
            return Double.parseDouble(String.valueOf(text));
        } catch (NumberFormatException e) {
            throw new InputException(
                    "A generated member must have a number as @" + TARGET + ", a part of the range of costs, but \""
                            + member + "\" has " + (text == null ? "none" : text) + ".",
                    e);
        }
    }

    /** The target as the generator reads it: gradients flow to it. */
    Tensor target(Mixture blend) {
        return blend.remembered(TARGET, generator.choices().subList(0, 1), () -> {
            boolean trained = parameters.stream().anyMatch(Tensor::requires_grad);
            return Tensor.create(target).reshape().set_requires_grad(trained && GradMode.is_enabled());
        });
    }

    /** (choices, greatest number of options). */
    Tensor all(Mixture blend) {
        Tensor read = target(blend); // here, so that it lives as long as what follows from it
        return blend.remembered(this, generator.choices().subList(0, 1), () -> generator.decisions(read, draw));
    }

    @Override
    public Tensor weights(Choice<?> choice, Mixture blend) {
        int row = generator.choices().indexOf(choice);
        if (row < 0) {
            throw new IllegalArgumentException("Choice " + choice.name() + " is none that the generator decides.");
        }
        Tensor known = blend.known(choice, List.of(choice));
        if (known != null) {
            return known;
        }
        Tensor all = all(blend);
        return blend.remembered(choice, List.of(choice), () -> all.select(0, row)
                .narrow(0, 0, choice.options().size()));
    }

    @Override
    public Collection<Tensor> parameters(Choice<?> choice) {
        return parameters;
    }

    @Override
    public boolean allows(Choice<?> choice, int position) {
        return true;
    }
}
