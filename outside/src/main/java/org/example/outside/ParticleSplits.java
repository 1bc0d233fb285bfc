package org.example.outside;

import dev.weft.data.PassedOver;
import dev.weft.data.Splits;
import java.util.List;

/** Examples of particles in three splits. */
record ParticleSplits(String source, ParticleSets train, ParticleSets selection, ParticleSets report)
        implements Splits {
    @Override
    public List<PassedOver> passedOver() {
        return List.of();
    }
}
