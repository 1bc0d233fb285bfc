package dev.weft.weight.generator;

import dev.weft.io.InputException;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.weight.Memo;
import dev.weft.weight.Reading;
import dev.weft.weight.blend.BlendDraw;
import dev.weft.weight.blend.MixingWeights;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;

/** Mixing weights that a generator decides in one pass, all at once: one-hot ones, for a target that the member names. */
final class GeneratedDecisions implements MixingWeights {
    /** The context entry with the target cost: a part of the range from the cheapest to the dearest member. */
    static final String TARGET = "target";

    private final ArchitectureGenerator generator;
    private final BlendDraw draw;
    private final double temperature;
    private final float target;
    private final Memo memo;

    /** @param reading whose member's context names target and draw */
    GeneratedDecisions(ArchitectureGenerator generator, Reading reading) {
        this.generator = generator;
        this.draw = BlendDraw.of(reading.member());
        this.temperature = reading.temperature();
        this.target = (float) target(reading.member());
        this.memo = reading.memo();
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

    /** The target as the generator reads it in this pass: gradients flow to it. */
    Tensor target() {
        return memo.once(this, TARGET, () -> {
            boolean trained = generator.parameters().values().stream().anyMatch(Tensor::requires_grad);
            return Tensors.scalar(target).set_requires_grad(trained && GradMode.is_enabled());
        });
    }

    /** (choices, greatest number of options). */
    Tensor all() {
        return memo.once(this, "all", () -> generator.decisions(target(), draw, temperature));
    }

    @Override
    public Tensor weights(Choice<?> choice) {
        int row = generator.choices().indexOf(choice);
        if (row < 0) {
            throw new IllegalArgumentException("Choice " + choice.name() + " is none that the generator decides.");
        }
        return all().select(0, row).narrow(0, 0, choice.options().size());
    }

    @Override
    public boolean allows(Choice<?> choice, int position) {
        return true;
    }
}
