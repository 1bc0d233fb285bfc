package dev.weft.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.ops.Libtorch;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The long run of {@code bench/run native-memory-soak}, shorter. Left out of the build: see README.md. */
@Tag("soak")
class SoakTest {
    private static final int ROUNDS = 2_000;
    private static final int EVERY = 50;

    /** Over a shorter run the JVM's own settling weighs more; a leaked activation would be ten times this. */
    private static final double FLAT_SLOPE = 4 * MemorySoakBenchmark.FLAT_SLOPE;

    @BeforeAll
    static void oneThread() {
        Libtorch.useThreads(1);
    }

    @Test
    void training_a_cnn_does_not_grow() {
        assertFlat(Soak.training(BenchModels.tiny(), ROUNDS, EVERY));
    }

    @Test
    void training_a_transformer_does_not_grow() {
        assertFlat(Soak.training(BenchModels.tinyTransformer(), ROUNDS, EVERY));
    }

    @Test
    void evaluating_new_members_does_not_grow() {
        assertFlat(Soak.evaluating(BenchModels.tiny(), ROUNDS, EVERY));
    }

    private static void assertFlat(Soak.Series series) {
        List<Double> mib = series.mib();
        assertThat(series.slope())
                .as("MiB per 1000 rounds in the second half of %s", mib)
                .isLessThan(FLAT_SLOPE);
    }
}
