package org.example.outside;

import dev.weft.io.KindProvider;
import dev.weft.io.Kinds;
import java.util.List;

// tag::provider[]
/** The kinds of this jar: for the command line, which finds this class, and for programs, which pass {@link #KINDS}. */
public final class OutsideKinds implements KindProvider {
    private static final List<Class<?>> TYPES = List.of(
            Perceptron.class,
            Gains.class,
            CodedMatrices.class,
            PackedMatrices.class,
            Neighbours.class,
            SignMomentum.class,
            InverseRoot.class,
            PixelTable.class,
            HillClimbing.class,
            Energy.class,
            DeepSet.class,
            Particles.class,
            ParticleTable.class,
            Huber.class);

    /** Weft's kinds and these. */
    public static final Kinds KINDS = Kinds.builtIn().with(TYPES.toArray(Class<?>[]::new));

    @Override
    public List<Class<?>> kinds() {
        return TYPES;
    }
}
// end::provider[]
