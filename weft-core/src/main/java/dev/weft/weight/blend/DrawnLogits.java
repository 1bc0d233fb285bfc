package dev.weft.weight.blend;

import dev.weft.seed.RandomStream;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Mixing weights by a map of stored logits, each choice by itself. */
final class DrawnLogits implements MixingWeights {
    private final SimplexMap map;
    private final Map<String, BlendedChoice> choices;
    private final BlendDraw draw;

    /** @param member whose context names the draw */
    DrawnLogits(SimplexMap map, Map<String, BlendedChoice> choices, Member member) {
        this.map = map;
        this.choices = choices;
        this.draw = BlendDraw.of(member);
    }

    /** Exactly 0 for an option that the space does not have. */
    @Override
    public Tensor weights(Choice<?> choice, Mixture blend) {
        return blend.remembered(choice, List.of(choice), () -> choices.get(choice.name())
                .parts(alpha -> draw.isMean() ? map.mean(alpha) : map.map(alpha, seed(choice), draw.temperature())));
    }

    /** Far apart for neighbouring draws, whatever the names: equal seeds would draw equal noise. */
    private long seed(Choice<?> choice) {
        return RandomStream.BLEND.bits(draw.seed(), choice.name());
    }

    @Override
    public Collection<Tensor> parameters(Choice<?> choice) {
        return List.of(choices.get(choice.name()).logits());
    }

    @Override
    public boolean allows(Choice<?> choice, int position) {
        return choices.get(choice.name()).allows(position);
    }
}
