package dev.weft.weight.blend;

import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * The mixing weights of a blend that has one option of some choices and nothing of their others, as its context says:
 * {@code @only.CHOICE=OPTION} has all of it, {@code @part.CHOICE=OPTION} what a draw gives it.
 */
record OneOption(MixingWeights drawn, Map<String, String> context) implements MixingWeights {
    private static final String ONLY = "only.";
    private static final String PART = "part.";

    /** The blend with one option of a choice. */
    static Member of(Member blend, Choice<?> choice, Object option, boolean whole) {
        return blend.withContext((whole ? ONLY : PART) + choice.name(), option.toString());
    }

    @Override
    public Tensor weights(Choice<?> choice) {
        String only = context.get(ONLY + choice.name());
        String part = context.get(PART + choice.name());
        return only != null
                ? row(choice, only)
                : part != null ? drawn.weights(choice).mul(row(choice, part)) : drawn.weights(choice);
    }

    private static Tensor row(Choice<?> choice, String option) {
        float[] row = new float[choice.options().size()];
        for (int i = 0; i < row.length; i++) {
            row[i] = choice.options().get(i).toString().equals(option) ? 1 : 0;
        }
        return Tensors.fresh(row, row.length);
    }

    @Override
    public boolean allows(Choice<?> choice, int position) {
        return drawn.allows(choice, position);
    }
}
