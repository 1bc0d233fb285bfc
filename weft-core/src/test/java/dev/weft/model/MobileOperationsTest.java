package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.cost.CountedCosts;
import dev.weft.cost.ExpectedCost;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.model.MobileCnn.Block;
import dev.weft.model.MobileCnn.Stage;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.TensorAssert;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** Blocks of a mobile CNN that are operations with weights of their own. */
class MobileOperationsTest {
    private static final MobileCnn MODEL = TinyModels.mobileOperations();

    private static Member member(String text) {
        return MODEL.space().parse(text);
    }

    private static Stage stage(List<Integer> depth, List<List<String>> operations) {
        return new Stage(Block.DEPTHWISE, List.of(16), depth, null, null, 1, false, operations);
    }

    @Test
    void everyBlockIsAChoiceWhereItRunsAndTheFirstOfAStageIsNotSkipped() {
        assertThat(MODEL.space().choices().stream().map(Choice::toString))
                .containsExactly(
                        "Choice[name=resolution, options=[12, 16], controller=, activeFrom=0, switched=null]",
                        "Choice[name=stage1.depth, options=[1, 2], controller=, activeFrom=0, switched=null]",
                        "Choice[name=stage1.width, options=[8, 12], controller=, activeFrom=0, switched=null]",
                        "Choice[name=stage1.block1, options=[k3-e1, k5-e2], controller=, activeFrom=0, switched=null]",
                        "Choice[name=stage1.block2, options=[skip, k3-e1, k5-e2], controller=stage1.depth, activeFrom=2, switched=null]",
                        "Choice[name=stage2.block1, options=[k3-e1, k3-e3, k5-e3], controller=, activeFrom=0, switched=null]",
                        "Choice[name=stage2.block2, options=[skip, k3-e1, k3-e3, k5-e3], controller=, activeFrom=0, switched=null]",
                        "Choice[name=stage2.block3, options=[skip, k3-e1, k3-e3, k5-e3], controller=, activeFrom=0, switched=null]");
        assertThat(MODEL.space().count()).isEqualTo(2 * 2 * (2 + 2 * 3) * 3 * 4 * 4);
    }

    /** With γ = 0 at the start a block is its skip, so leaving its branch out changes nothing: decision 6. */
    @Test
    void skippedBlockIsWhatAFreshBlockIs() {
        Member run = member(
                "resolution=16 stage1.depth=2 stage1.width=8 stage1.block1=k3-e1 stage1.block2=k5-e2 stage2.block1=k3-e3 "
                        + "stage2.block2=k5-e3 stage2.block3=k3-e1");
        Member skipped = member(
                "resolution=16 stage1.depth=2 stage1.width=8 stage1.block1=k3-e1 stage1.block2=skip stage2.block1=k3-e3 "
                        + "stage2.block2=skip stage2.block3=skip");
        try (Family family = Family.of(MODEL, 3);
                PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor images = TinyModels.images(MODEL, 4, 1);
            Tensor expected = family.forward(images, new Pass(run, BatchStatistics.INSTANCE, 0, 0));
            Tensor found = family.forward(images, new Pass(skipped, BatchStatistics.INSTANCE, 0, 0));
            TensorAssert.assertThat(found).isBitEqualTo(expected);
            assertThat(found.abs().max().item_double()).isGreaterThan(0.01);
        }
    }

    @Test
    void onlyTheOperationsOfAMemberGetAGradient() {
        Member member = member(
                "resolution=16 stage1.depth=1 stage1.width=12 stage1.block1=k5-e2 stage1.block2=skip stage2.block1=k3-e1 "
                        + "stage2.block2=skip stage2.block3=k5-e3");
        try (Family family = Family.of(MODEL, 3);
                PointerScope scope = new PointerScope()) {
            family.forward(TinyModels.images(MODEL, 4, 1), new Pass(member, BatchStatistics.INSTANCE, 0, 0))
                    .square()
                    .sum()
                    .backward();
            Set<String> blocks = family.weights().tensors().entrySet().stream()
                    .filter(entry -> entry.getValue().grad().defined())
                    .map(Map.Entry::getKey)
                    .filter(name -> name.startsWith("blocks."))
                    .map(name -> name.substring(0, name.indexOf('.', "blocks.0.0.".length())))
                    .collect(Collectors.toSet());
            assertThat(blocks).containsExactlyInAnyOrder("blocks.0.0.k5-e2", "blocks.1.0.k3-e1", "blocks.1.2.k5-e3");
        }
    }

    @Test
    void costsAreThoseOfTheOperations() {
        String rest =
                "resolution=16 stage1.depth=1 stage1.width=8 stage1.block1=k3-e1 stage1.block2=skip stage2.block1=k3-e1 "
                        + "stage2.block2=skip stage2.block3=";
        try (CountedCosts costs = new CountedCosts(MODEL)) {
            long skipped = costs.of(member(rest + "skip")).params();
            // 16 channels to 48 and back, 5x5 in the middle, three norms
            long block = 16 * 48 + 48 * 25 + 48 * 16 + 2 * (48 + 48 + 16);
            assertThat(costs.of(member(rest + "k5-e3")).params() - skipped).isEqualTo(block);
            // nothing expands: 3x3 on 16 channels and 1x1, two norms
            assertThat(costs.of(member(rest + "k3-e1")).params() - skipped).isEqualTo(16 * 9 + 16 * 16 + 2 * (16 + 16));
            ExpectedCost expected = ExpectedCost.of(FamilyDefinition.of(MODEL)).get("macs");
            SplittableRandom random = new SplittableRandom(1);
            for (int i = 0; i < 20; i++) {
                Member drawn = MODEL.space().sample(random);
                assertThat(expected.exact(drawn)).isEqualTo(costs.of(drawn).macs());
            }
        }
    }

    @Test
    void settingsReadBackAndThoseThatDoNotFitAreRefused() {
        assertThat(Json.parse(Json.write(MODEL), "model", ModelDefinition.class))
                .isEqualTo(MODEL);
        assertThat(stage(List.of(1, 3), List.of(List.of("skip", "k3-e3"))).operations())
                .containsExactly(List.of("k3-e3"), List.of("skip", "k3-e3"), List.of("skip", "k3-e3"));
        assertThatThrownBy(() -> stage(List.of(2), List.of(List.of("skip", "k3-e3"), List.of("k3-e3"))))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("The first block of a stage changes the shape");
        assertThatThrownBy(() -> stage(List.of(2), List.of(List.of("k3-e6", "k5-e3"))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("by rising expandRatio and kernel size, but are [k3-e6, k5-e3]");
        assertThatThrownBy(() -> stage(List.of(1), List.of(List.of("k4-e3"))))
                .isInstanceOf(InputException.class)
                .hasMessageEndingWith("but is \"k4-e3\".");
        assertThatThrownBy(() -> stage(List.of(3), List.of(List.of("k3-e3"), List.of("k3-e3"))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("3, or one for all, but has 2");
        assertThatThrownBy(() -> new Stage(
                        Block.FUSED,
                        List.of(8),
                        List.of(1),
                        List.of(3),
                        List.of(1.0),
                        1,
                        false,
                        List.of(List.of("k3-e1"))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("or operations in their place");
        assertThatThrownBy(() -> stage(List.of(1), List.of()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("kernelSize");
    }
}
