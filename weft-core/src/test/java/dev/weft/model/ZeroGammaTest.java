package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.model.MobileCnn.Block;
import dev.weft.model.MobileCnn.Stage;
import dev.weft.model.MobileCnn.Stem;
import dev.weft.nn.Activation;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Check 6 of the specification: zero γ in the last norm of every branch that has a skip, and nowhere else. */
class ZeroGammaTest {
    private static MobileCnn definition(boolean zeroInitResidual) {
        List<Integer> kernels = List.of(3, 5);
        return new MobileCnn(
                TinyModels.input(3, 16),
                List.of(16),
                new Stem(List.of(8, 16), 1),
                List.of(
                        new Stage(Block.FUSED, List.of(8, 16), List.of(1, 2), kernels, List.of(2.0), 1, false),
                        new Stage(Block.DEPTHWISE, List.of(8, 16), List.of(1, 2, 3), kernels, List.of(2.0), 1, true),
                        new Stage(Block.DEPTHWISE, List.of(8, 16), List.of(1, 3), kernels, List.of(1.0), 2, true)),
                List.of(),
                Activation.SILU,
                zeroInitResidual);
    }

    private static Set<String> zeroScales(Family family) {
        return family.weights().tensors().entrySet().stream()
                .filter(e -> e.getKey().matches(".*bn\\d\\.weight"))
                .filter(e -> {
                    float[] values = Tensors.floats(e.getValue());
                    boolean zero = values[0] == 0;
                    assertThat(values).as(e.getKey()).containsOnly(zero ? 0 : 1);
                    return zero;
                })
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void onlyTheLastNormsOfBlocksWithASkipStartAtZero() {
        try (Family family = Family.of(definition(true), 1);
                Family without = Family.of(definition(false), 1)) {
            assertThat(zeroScales(family))
                    .containsExactly(
                            "blocks.0.1.bn2.weight",
                            "blocks.1.1.bn3.weight",
                            "blocks.1.2.bn3.weight",
                            "blocks.2.1.bn2.weight",
                            "blocks.2.2.bn2.weight");
            assertThat(zeroScales(without)).isEmpty();
        }
    }

    /** Were a zeroed block without a skip in any member, its logits would not depend on the image. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void allDepthsGiveTheSameOutputExactlyWhenScalesAreZero(boolean zeroInitResidual) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Family family = Family.of(definition(zeroInitResidual), 1)) {
            Tensor images = TinyModels.images(family.definition(), 4, 2);
            Set<String> outputs = new TreeSet<>();
            for (Member base : List.of(family.space().smallest(), family.space().largest())) {
                Tensor shallow = null;
                for (Member member : family.space().enumerate(10_000)) {
                    boolean sameButDepth = member.options().entrySet().stream()
                            .allMatch(e -> e.getKey().endsWith("depth")
                                    || e.getValue().equals(base.options().get(e.getKey())));
                    if (!sameButDepth) {
                        continue;
                    }
                    Tensor logits = family.forward(images, new Pass(member, BatchStatistics.INSTANCE, 0, 0));
                    shallow = shallow == null ? logits : shallow;
                    if (zeroInitResidual) {
                        TensorAssert.assertThat(logits).as(member.toString()).isBitEqualTo(shallow);
                        float[] spread = Tensors.floats(logits.select(0, 0).sub(logits.select(0, 1)));
                        assertThat(Math.abs(spread[0])).as(member.toString()).isGreaterThan(1e-4f);
                    }
                    outputs.add(Arrays.toString(Tensors.floats(logits)));
                }
            }
            assertThat(outputs).hasSize(zeroInitResidual ? 2 : 24);
        }
    }
}
