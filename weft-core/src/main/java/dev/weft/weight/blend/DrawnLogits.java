package dev.weft.weight.blend;

import dev.weft.seed.RandomStream;
import dev.weft.space.Choice;
import dev.weft.weight.Reading;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Mixing weights by a map of stored logits, each choice by itself. */
final class DrawnLogits implements MixingWeights {
    private final SimplexMap map;
    private final Map<String, BlendedChoice> choices;
    private final BlendDraw draw;
    private final double temperature;

    /** @param reading whose member's context names the draw */
    DrawnLogits(SimplexMap map, Map<String, BlendedChoice> choices, Reading reading) {
        this.map = map;
        this.choices = choices;
        this.draw = BlendDraw.of(reading.member());
        this.temperature = reading.temperature();
    }

    /** Exactly 0 for an option that the space does not have. */
    @Override
    public Tensor weights(Choice<?> choice) {
        return choices.get(choice.name())
                .parts(alpha -> draw.isMean() ? map.mean(alpha) : map.map(alpha, seed(choice), temperature));
    }

    /** Far apart for neighbouring draws, whatever the names: equal seeds would draw equal noise. */
    private long seed(Choice<?> choice) {
        return RandomStream.BLEND.bits(draw.seed(), choice.name());
    }

    @Override
    public boolean allows(Choice<?> choice, int position) {
        return choices.get(choice.name()).allows(position);
    }
}
