package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.model.Family;
import dev.weft.model.ModelDefinition;
import dev.weft.model.TinyModels;
import dev.weft.nn.Calibration;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.weight.Axis;
import dev.weft.weight.Init;
import dev.weft.weight.Reading;
import dev.weft.weight.SharedWeights;
import dev.weft.weight.Weight;
import dev.weft.weight.WeightContract;
import dev.weft.weight.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A new way of sharing weights under both model families, neither of which knows it. */
class MaskedWeightsTest {
    private static final List<String> TASKS = List.of("letters", "digits");
    private static final Choice<Integer> WIDTH = Choice.of("width", 3, 7);

    private final SharedWeights shared = SharedWeights.initialised(1);
    private final MaskedWeights masked = new MaskedWeights(shared, TASKS, 0.5, 7);
    private final List<MaskedWeights> strategies = new ArrayList<>(List.of(masked));

    @AfterEach
    void close() {
        shared.close();
        strategies.forEach(MaskedWeights::close);
    }

    static List<ModelDefinition> models() {
        return List.of(TinyModels.mobileCnn(), TinyModels.visionTransformer());
    }

    // tag::contract[]
    @Nested
    class Contract implements WeightContract {
        private final Weight weight =
                masked.weight("fc.weight", Init.uniformFanIn(), Axis.prefix(Dim.of(WIDTH)), Axis.fixed(20));

        @Override
        public Weight weight() {
            return weight;
        }

        @Override
        public List<Member> members() {
            return List.of(member(3, "letters"), member(3, "digits"), member(7, "digits"));
        }

        @Override
        public List<Tensor> shared() {
            return List.copyOf(shared.tensors().values());
        }

        @Override
        public List<Integer> used(Member member) {
            int kept = 0;
            try (PointerScope scope = new PointerScope()) {
                for (float value : Tensors.floats(weight.tensor(Reading.of(member)))) {
                    kept += value != 0 ? 1 : 0;
                }
            }
            return List.of(kept);
        }
    }
    // end::contract[]

    private static Member member(int width, String task) {
        return new Member(Map.of("width", width), Map.of("task", task));
    }

    @Test
    void masksKeepTheirPartAndDifferBetweenTasks() {
        Weight weight = masked.weight("fc.weight", Init.ones(), Axis.prefix(Dim.of(WIDTH)), Axis.fixed(400));
        try (PointerScope scope = new PointerScope()) {
            float[] letters = Tensors.floats(weight.tensor(Reading.of(member(7, "letters"))));
            float[] digits = Tensors.floats(weight.tensor(Reading.of(member(7, "digits"))));
            int kept = 0;
            int both = 0;
            for (int i = 0; i < digits.length; i++) {
                kept += (int) digits[i];
                both += (int) (digits[i] * letters[i]);
            }
            assertThat(kept).isBetween(1300, 1500); // of 2800
            assertThat(both).isBetween(600, 800);
        }
    }

    @Test
    void memberWithoutTaskIsRefused() {
        Weight weight = masked.weight("fc.weight", Init.ones(), Axis.prefix(Dim.of(WIDTH)), Axis.fixed(4));
        assertThatThrownBy(() -> weight.tensor(Reading.of(new Member(Map.of("width", 3)))))
                .hasMessageContaining("@task=NAME")
                .hasMessageContaining("[letters, digits]");
    }

    // tag::law[]
    @ParameterizedTest
    @MethodSource("models")
    void extractedMemberOfATaskEqualsTheMember(ModelDefinition model) {
        try (Family family = Family.of(model, 1, this::mask);
                PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor images = TinyModels.images(model, 3, 5);
            Member sampled = family.space().sample(new SplittableRandom(3));
            List<Tensor> outputs = new ArrayList<>();
            for (String task : TASKS) {
                Member member = sampled.withContext("task", task);
                MemberStatistics statistics = statistics(family, member, images);
                Tensor live = family.forward(images, Pass.evaluation(member, statistics));
                outputs.add(live);
                try (Family alone = family.extract(member, statistics)) {
                    MemberStatistics own = alone.members().get("model").statistics();
                    TensorAssert.assertThat(alone.forward(images, Pass.evaluation(Member.PLAIN, own)))
                            .isBitEqualTo(live);
                }
            }
            assertThat(Tensors.floats(outputs.get(0))).isNotEqualTo(Tensors.floats(outputs.get(1)));
        }
    }
    // end::law[]

    @Test
    void familyFileRefusesWhatItCannotDescribe(@TempDir Path folder) {
        try (Family family = Family.of(TinyModels.visionTransformer(), 1, this::mask)) {
            assertThatThrownBy(() -> family.save(folder.resolve("family.safetensors")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("shared in a way of their own");
        }
    }

    private static MemberStatistics statistics(Family family, Member member, Tensor images) {
        Calibration calibration = new Calibration();
        family.forward(images, new Pass(member, calibration, 0, 0));
        return calibration.statistics();
    }

    private MaskedWeights mask(Weights weights) {
        strategies.add(new MaskedWeights(weights, TASKS, 0.5, 7));
        return strategies.get(strategies.size() - 1);
    }
}
