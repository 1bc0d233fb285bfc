package dev.weft.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.model.Family;
import dev.weft.model.TinyModels;
import dev.weft.model.VisionTransformer;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import dev.weft.weight.Reading;
import dev.weft.weight.encoding.MemberEncoding;
import dev.weft.weight.experts.ExpertStart;
import dev.weft.weight.experts.Experts;
import dev.weft.weight.experts.Experts.Granularity;
import dev.weft.weight.experts.RoutedWeights;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RoutingDiagnosisTest {
    private static final VisionTransformer MODEL = TinyModels.visionTransformer();
    private static final String FC1 = "blocks.0.mlp.fc1.weight";

    private static Family family(Granularity granularity, boolean fixedInput, ExpertStart start) {
        return Family.of(
                MODEL,
                1,
                List.of(new Experts(
                        "mlp", 3, granularity, null, 32, 2, new MemberEncoding.Scaled(), fixedInput, start, false)));
    }

    private static List<Member> members() {
        SplittableRandom random = new SplittableRandom(2);
        return IntStream.range(0, 6).mapToObj(i -> MODEL.space().sample(random)).toList();
    }

    @ParameterizedTest
    @EnumSource(Granularity.class)
    void routerThatReadsTheMemberVaries(Granularity granularity) {
        try (Family family = family(granularity, false, new ExpertStart.Independent())) {
            RoutingDiagnosis diagnosis = RoutingDiagnosis.of(family, members());
            assertThat(diagnosis.weights()).hasSize(4 * 4).allSatisfy(weight -> {
                assertThat(weight.meanMixing().stream().mapToDouble(m -> m).sum())
                        .isCloseTo(1, within(1e-6));
                assertThat(weight.mixingVariance()).isGreaterThan(1e-7);
            });
            RoutingDiagnosis.Mixed fc1 = diagnosis.weights().get(0);
            assertThat(fc1.name()).isEqualTo(FC1);
            assertThat(Math.abs(fc1.expertCosine())).isLessThan(0.1);
        }
    }

    /** Mean and variance of a layer's mixing weights, computed again by hand. */
    @Test
    void meanAndVarianceAreOverMembers() {
        try (PointerScope scope = new PointerScope();
                Family family = family(Granularity.LAYER, false, new ExpertStart.Independent())) {
            List<Member> two = members().subList(0, 2);
            RoutedWeights routed = family.strategy(RoutedWeights.class).orElseThrow();
            float[] a = Tensors.floats(routed.mixing(FC1, Reading.of(two.get(0))));
            float[] b = Tensors.floats(routed.mixing(FC1, Reading.of(two.get(1))));
            RoutingDiagnosis.Mixed fc1 =
                    RoutingDiagnosis.of(family, two).weights().get(0);
            double variance = 0;
            for (int j = 0; j < 3; j++) {
                assertThat(fc1.meanMixing().get(j)).isCloseTo((a[j] + b[j]) / 2.0, within(1e-7));
                variance += Math.pow((a[j] - b[j]) / 2.0, 2) / 3; // two values: half their distance, squared
            }
            assertThat(fc1.mixingVariance()).isCloseTo(variance, within(1e-9)).isPositive();
        }
    }

    @Test
    void fixedInputHasNoVarianceAndCopiesAreNearlyEqual() {
        try (Family family = family(Granularity.NEURON, true, new ExpertStart.Copy(0.01))) {
            assertThat(RoutingDiagnosis.of(family, members()).weights()).allSatisfy(weight -> {
                assertThat(weight.mixingVariance()).isLessThan(1e-12);
                assertThat(weight.expertCosine()).isBetween(0.999, 1.000001);
            });
        }
    }

    /** vit-tiny: 4 blocks of d = 24, f = 84; a router for each of the 8 layers reads 10 numbers. */
    @Test
    void parametersOfTrainingAreThoseOfThePlainModelExpertsAndRouters() {
        try (Family family = family(Granularity.LAYER, false, new ExpertStart.Independent())) {
            RoutingDiagnosis diagnosis = RoutingDiagnosis.of(family, members());
            long experts = 4L * 2 * (2 * 24 * 84 + 24 + 84);
            long routers = 8L * (10 * 32 + 32 + 32 * 3 + 3);
            assertThat(diagnosis.trainingParameters()).isEqualTo(diagnosis.deployedParameters() + experts + routers);
        }
    }

    @Test
    void familyWithoutExpertsHasNothingMixed() {
        try (Family family = Family.of(MODEL, 1)) {
            RoutingDiagnosis diagnosis = RoutingDiagnosis.of(family, members());
            assertThat(diagnosis.weights()).isEmpty();
            assertThat(diagnosis.trainingParameters()).isEqualTo(diagnosis.deployedParameters());
            assertThatThrownBy(() -> RoutingDiagnosis.of(family, List.of()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
