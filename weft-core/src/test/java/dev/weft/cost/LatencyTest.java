package dev.weft.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.export.OnnxFile;
import dev.weft.io.InputException;
import dev.weft.model.FamilyDefinition;
import dev.weft.model.ModelDefinition;
import dev.weft.model.TinyModels;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LatencyTest {
    static List<ModelDefinition> definitions() {
        return List.of(TinyModels.mobileCnn(), TinyModels.visionTransformer());
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void saysWhatWasMeasuredAndHow(ModelDefinition definition) {
        LatencySettings settings = new LatencySettings(2, 3, 4, 2, 25, 0);
        LatencyMeasurement measured = Latency.measure(
                FamilyDefinition.of(definition), definition.space().smallest(), settings, "f00d");
        assertThat(measured.p50Millis()).isPositive();
        assertThat(measured.p99Millis()).isGreaterThanOrEqualTo(measured.p50Millis());
        assertThat(measured)
                .extracting(
                        LatencyMeasurement::repeats,
                        LatencyMeasurement::warmup,
                        LatencyMeasurement::threads,
                        LatencyMeasurement::batch,
                        LatencyMeasurement::hardwareFingerprint)
                .containsExactly(25, 4, 2, 3, "f00d");
    }

    @Test
    void fastModelRunsOftenEnoughToFillTheRound() {
        LatencySettings settings = new LatencySettings(1, 1, 0, 1, 1, 50);
        ModelDefinition definition = TinyModels.visionTransformer();
        assertThat(Latency.measure(
                                FamilyDefinition.of(definition),
                                definition.space().smallest(),
                                settings,
                                "")
                        .repeats())
                .isGreaterThan(20);
    }

    @Test
    void percentileIsTheSmallestValueThatThatManyDoNotExceed() {
        long[] hundred = LongStream.rangeClosed(1, 100).toArray();
        assertThat(Latency.percentile(hundred, 50)).isEqualTo(50);
        assertThat(Latency.percentile(hundred, 99)).isEqualTo(99);
        assertThat(Latency.percentile(new long[] {7}, 50)).isEqualTo(7);
        assertThat(Latency.percentile(new long[] {1, 2, 3}, 99)).isEqualTo(3);
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThatThrownBy(() -> LatencySettings.DEFAULT.withThreads(0))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("threads=0");
    }

    @Test
    void whatIsMeasuredBesideAReferenceIsItsRatioToIt() {
        ModelDefinition definition = TinyModels.mobileCnn();
        LatencySettings settings = new LatencySettings(1, 1, 3, 2, 20, 10);
        OnnxFile reference =
                Latency.file(FamilyDefinition.of(definition), definition.space().smallest());
        double alone = Latency.measure(reference, settings, "").p50Millis();
        try (PairedLatency beside = new PairedLatency(reference, alone, settings, "f00d")) {
            LatencyMeasurement itself = beside.measure(reference);
            // A hundred times the baseline: the machine seems a hundred times as fast, and the number follows.
            try (PairedLatency scaled = new PairedLatency(reference, 100 * alone, settings, "")) {
                LatencyMeasurement same = scaled.measure(reference);
                assertThat(same.p50Millis() / alone).isBetween(50.0, 200.0);
                assertThat(same.slowdown()).isLessThan(0.5);
            }
            assertThat(itself.p50Millis() / alone).isBetween(0.5, 2.0);
            assertThat(itself.halfWidthMillis()).isPositive().isLessThan(itself.p50Millis());
            assertThat(itself.repeats()).isGreaterThanOrEqualTo(2 * 4 * 5);
            assertThat(itself.hardwareFingerprint()).isEqualTo("f00d");
            double largest = beside.measure(Latency.file(
                            FamilyDefinition.of(definition), definition.space().largest()))
                    .p50Millis();
            assertThat(largest).isGreaterThan(itself.p50Millis());
        }
    }
}
