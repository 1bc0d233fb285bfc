package dev.weft.lab.tanglenas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.cost.CountedCosts;
import dev.weft.lab.Arm;
import dev.weft.model.ConvNet;
import dev.weft.model.Family;
import dev.weft.model.ImageInput;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.train.Sampler;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class TangleNasMembersTest {
    private static final int IMAGES = 8000;

    private final TangleNasScale scale = TangleNasScale.full();
    private final ConvNet model = scale.model()
            .withInput(new ImageInput(
                    1, 28, List.of(0.5), List.of(0.5), List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")));
    private final Space space = model.space();
    private final TangleNasArms arms = new TangleNasArms(scale, "fashion-mnist-10k", IMAGES, 127_098);

    @Test
    void spacesHaveTheSizesOfTheSpecification() {
        assertThat(space.count().intValue()).isEqualTo(729);
        assertThat(scale.smallModel().space().count().intValue()).isEqualTo(27);
    }

    @Test
    void randomMembersAreDistinctAndDependOnTheSeed() {
        List<Member> drawn = TangleNasMembers.random(space, 8, 1);
        assertThat(drawn).hasSize(8).doesNotHaveDuplicates().isEqualTo(TangleNasMembers.random(space, 8, 1));
        assertThat(drawn).isNotEqualTo(TangleNasMembers.random(space, 8, 2));
    }

    @Test
    void matchedMembersAreOthersWithAboutTheSameParameters() {
        try (CountedCosts costs = new CountedCosts(model)) {
            Member random = TangleNasMembers.random(space, 1, 5).get(0);
            for (Member to : List.of(space.largest(), space.smallest(), random)) {
                double params = costs.of(to).params();
                List<Member> matched = TangleNasMembers.matched(space, costs, to, 8, 3);
                assertThat(matched)
                        .isNotEmpty()
                        .doesNotHaveDuplicates()
                        .doesNotContain(to)
                        .allSatisfy(
                                m -> assertThat((double) costs.of(m).params()).isBetween(0.85 * params, 1.15 * params));
            }
        }
    }

    @Test
    void whereNoMemberCostsAboutTheSameTheNearestIsTaken() {
        ConvNet sparse = TangleNasScale.net(List.of(TangleNasScale.conv(List.of(4, 16, 64), List.of(3), false)))
                .withInput(model.input());
        try (CountedCosts costs = new CountedCosts(sparse)) {
            assertThat(TangleNasMembers.matched(
                            sparse.space(), costs, sparse.space().largest(), 8, 3))
                    .containsExactly(sparse.space().parse("conv1.width=16"));
        }
    }

    @Test
    void searchesHaveEquallyManyGradientSteps() {
        Arm gradient = arms.byGradient(TangleNasArms.ENTANGLED);
        Arm path = arms.singlePath(false);
        // Over half of the images each; a step of the logits counts as one of the weights.
        assertThat(path.recipe().train().epochs())
                .isEqualTo(2 * gradient.recipe().train().epochs());
        assertThat(gradient.recipe().train().architecture().validationPart()).isEqualTo(0.5);
        assertThat(path.recipe().data())
                .as("the other half is held out to choose by")
                .isEqualTo(TangleNasArms.data(scale, "fashion-mnist-10k", scale.selectionSize() + IMAGES / 2));
        assertThat(path.recipe().train().sampler()).isEqualTo(new Sampler.SinglePath(1));
    }

    @Test
    void searchOfFewEpochsStillHasAPointOfItsCurve() {
        Arm brief = new TangleNasArms(scale.withEpochs(1), "fashion-mnist-10k", IMAGES, 127_098)
                .byGradient(TangleNasArms.ENTANGLED);
        assertThat(brief.recipe().train().evaluateEveryEpochs())
                .isPositive()
                .isLessThanOrEqualTo(brief.recipe().train().epochs());
    }

    @Test
    void storedWeightsAreThoseOfTheClosedForm() {
        long norms = 2 * (16 + 32 + 64);
        long logits = 6 * 3;
        long largest = 49 * (16 + 16 * 32 + 32 * 64) + norms + 64 * 10 + 10;
        assertThat(stored(arms.alone(space.largest(), false))).isEqualTo(largest);
        assertThat(stored(arms.byGradient(TangleNasArms.ENTANGLED))).isEqualTo(largest + logits);
        // A kernel for every combination of widths and size, a classifier for every width; norms and biases are shared.
        long sizes = 9 + 25 + 49;
        long separate = sizes * (28 + 28 * 56 + 56 * 112) + norms + 112 * 10 + 10;
        assertThat(stored(arms.byGradient(TangleNasArms.SEPARATE))).isEqualTo(separate + logits);
    }

    private long stored(Arm arm) {
        ConvNet own = ((ConvNet) arm.recipe().model()).withInput(model.input());
        try (Family shapes = Family.ofShapes(own, arm.recipe().sharing())) {
            return shapes.weights().tensors().values().stream()
                    .mapToLong(Tensor::numel)
                    .sum();
        }
    }
}
