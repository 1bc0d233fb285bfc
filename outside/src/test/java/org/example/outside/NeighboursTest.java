package org.example.outside;

import dev.weft.io.Kinds;
import dev.weft.sample.SamplerContract;
import dev.weft.space.Choice;
import dev.weft.space.Space;
import java.util.List;

class NeighboursTest implements SamplerContract {
    @Override
    public Neighbours sampler() {
        return new Neighbours(3);
    }

    @Override
    public Space space() {
        return new Space("s", List.of(Choice.of("width", 1, 2, 3), Choice.of("depth", 1, 2), Choice.of("k", 3, 5)));
    }

    @Override
    public Kinds kinds() {
        return OutsideKinds.KINDS;
    }
}
