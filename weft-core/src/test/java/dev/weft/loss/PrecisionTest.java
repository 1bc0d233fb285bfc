package dev.weft.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.criterion.Losses;
import dev.weft.data.Batch;
import dev.weft.io.InputException;
import dev.weft.model.Family;
import dev.weft.train.TinyTraining;
import dev.weft.train.TrainingStep;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class PrecisionTest {
    @Test
    void cpuFlagsDecide() {
        assertThat(Precision.hasBfloat16("processor\t: 0\nflags\t\t: fpu sse2 avx512f avx512_bf16 amx_tile\n"))
                .isTrue();
        assertThat(Precision.hasBfloat16("flags\t\t: fpu amx_bf16\n")).isTrue();
        assertThat(Precision.hasBfloat16("Features\t: fp asimd i8mm bf16 dgh\n"))
                .isTrue();
        assertThat(Precision.hasBfloat16("flags\t\t: fpu sse2 avx512f avx512vnni\nbugs\t\t: bf16\n"))
                .isFalse();
        assertThat(Precision.hasBfloat16("flags\t\t: avx512_bf16x\n")).isFalse();
        assertThat(Precision.hasBfloat16("")).isFalse();
    }

    @Test
    void bfloat16NeedsTheHardwareAndSaysSoInOneLine() {
        assertThatThrownBy(() -> Precision.BFLOAT16.requireHardware(false))
                .isInstanceOf(InputException.class)
                .hasMessage("precision bfloat16 must have a CPU with AVX-512 BF16 or AMX, but this one has neither. "
                        + "Use precision: float32.");
        assertThatCode(() -> Precision.BFLOAT16.requireHardware(true)).doesNotThrowAnyException();
        assertThatCode(() -> Precision.FLOAT32.requireHardware(false)).doesNotThrowAnyException();
    }

    /** libtorch emulates bfloat16 where the CPU lacks it, slowly: its arithmetic can be tested anywhere. */
    @Test
    void bfloat16ComputesTheSameLossesRoughlyAndLeavesFloat32On() {
        try (PointerScope scope = new PointerScope();
                Batch batch = TinyTraining.batch(16, 3);
                Family family = Family.of(TinyTraining.boundModel(), 11)) {
            var pass = new dev.weft.nn.Pass(family.space().largest(), dev.weft.nn.BatchStatistics.INSTANCE, 0, 0);
            var exact =
                    Precision.FLOAT32.run(() -> family.forward(batch.inputs().only(), pass));
            var rough =
                    Precision.BFLOAT16.run(() -> family.forward(batch.inputs().only(), pass));
            assertThat(exact.scalar_type().intern()).isEqualTo(ScalarType.Float);
            assertThat(rough.scalar_type().intern()).isEqualTo(ScalarType.BFloat16);
            double exactLoss = Losses.labels(exact, batch.labels(), 0).item_double();
            double roughLoss = Losses.labels(rough, batch.labels(), 0).item_double();
            assertThat(roughLoss).isCloseTo(exactLoss, within(0.05)).isNotEqualTo(exactLoss);
            assertThat(Precision.FLOAT32
                            .run(() -> family.forward(batch.inputs().only(), pass))
                            .scalar_type()
                            .intern())
                    .isEqualTo(ScalarType.Float);
        }
    }

    /** A whole step, where this machine may take it; elsewhere the one-line refusal. */
    @Test
    void bfloat16StepsWhereTheHardwareHasIt() {
        TinyTraining.Settings settings = TinyTraining.settings();
        settings.precision = Precision.BFLOAT16;
        try (PointerScope scope = new PointerScope();
                Batch batch = TinyTraining.batch(16, 3);
                Family family = Family.of(TinyTraining.boundModel(), 11);
                Family other = Family.of(TinyTraining.boundModel(), 11)) {
            if (!Precision.hasBfloat16()) {
                assertThatThrownBy(() -> new TrainingStep(family, settings.build()))
                        .isInstanceOf(InputException.class);
                return;
            }
            List<TrainingMember> draws = TinyTraining.sandwich(family.space());
            TrainingStep rough = new TrainingStep(family, settings.build());
            settings.precision = Precision.FLOAT32;
            TrainingStep exact = new TrainingStep(other, settings.build());
            for (int i = 1; i <= 3; i++) {
                var roughLosses = rough.run(batch, draws, 0.05, i, 0, List.of());
                var exactLosses = exact.run(batch, draws, 0.05, i, 0, List.of());
                for (int m = 0; m < draws.size(); m++) {
                    assertThat(roughLosses.get(m).loss())
                            .isCloseTo(exactLosses.get(m).loss(), within(0.1));
                }
            }
            family.weights().tensors().values().forEach(weight -> assertThat(
                            weight.scalar_type().intern())
                    .isEqualTo(ScalarType.Float));
        }
    }
}
