package dev.weft.lab.tanglenas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.cost.CountedCosts;
import dev.weft.lab.study.Study;
import dev.weft.model.ConvNet;
import dev.weft.model.Family;
import dev.weft.model.ImageInput;
import dev.weft.recipe.Recipe;
import dev.weft.sample.Sampler;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.blend.Blend;
import dev.weft.weight.blend.SimplexMap;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class TangleNasMembersTest {
    private static final int IMAGES = 8000;

    private final TangleNasSize size = Study.size("tanglenas", TangleNasSize.class, false);
    private final ConvNet model = size.model()
            .withInput(new ImageInput(
                    1, 28, List.of(0.5), List.of(0.5), List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")));
    private final Space space = model.space();
    private final TangleNasRecipes recipes = new TangleNasRecipes(size, "fashion-mnist-10k", IMAGES);

    @Test
    void spacesHaveTheSizesOfTheSpecification() {
        assertThat(space.count().intValue()).isEqualTo(729);
        assertThat(size.smallModel().space().count().intValue()).isEqualTo(27);
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
        ConvNet sparse = new ConvNet(
                model.input(),
                14,
                List.of(new ConvNet.Conv(List.of(4, 16, 64), List.of(3), 0, false)),
                true,
                List.of());
        try (CountedCosts costs = new CountedCosts(sparse)) {
            assertThat(TangleNasMembers.matched(
                            sparse.space(), costs, sparse.space().largest(), 8, 3))
                    .containsExactly(sparse.space().parse("conv1.width=16"));
        }
    }

    @Test
    void searchesHaveEquallyManyGradientSteps() {
        Recipe gradient = search(10, Blend.Ownership.ENTANGLED);
        Recipe path = recipes.singlePath(size.model(), 10);
        // Over half of the images each; a step of the logits counts as one of the weights.
        assertThat(path.train().epochs()).isEqualTo(2 * gradient.train().epochs());
        assertThat(gradient.train().architecture().validationPart()).isEqualTo(0.5);
        assertThat(path.data())
                .as("the other half is held out to choose by")
                .isEqualTo(recipes.images(size.selectionSize() + IMAGES / 2));
        assertThat(path.train().sampler()).isEqualTo(new Sampler.SinglePath(1));
    }

    private Recipe search(int epochs, Blend.Ownership ownership) {
        return recipes.gradient(size.model(), epochs, new SimplexMap.Dirichlet(), ownership, null);
    }

    @Test
    void searchOfFewEpochsStillHasAPointOfItsCurve() {
        Recipe brief = search(1, Blend.Ownership.ENTANGLED);
        assertThat(brief.train().evaluateEveryEpochs())
                .isPositive()
                .isLessThanOrEqualTo(brief.train().epochs());
    }

    @Test
    void storedWeightsAreThoseOfTheClosedForm() {
        long norms = 2 * (16 + 32 + 64);
        long logits = 6 * 3;
        long largest = 49 * (16 + 16 * 32 + 32 * 64) + norms + 64 * 10 + 10;
        assertThat(stored(recipes.alone(size.model(), space.largest(), 10))).isEqualTo(largest);
        assertThat(stored(search(10, Blend.Ownership.ENTANGLED))).isEqualTo(largest + logits);
        // A kernel for every combination of widths and size, a classifier for every width; norms and biases are shared.
        long sizes = 9 + 25 + 49;
        long separate = sizes * (28 + 28 * 56 + 56 * 112) + norms + 112 * 10 + 10;
        assertThat(stored(search(10, Blend.Ownership.SEPARATE))).isEqualTo(separate + logits);
    }

    private long stored(Recipe recipe) {
        ConvNet own = ((ConvNet) recipe.model()).withInput(model.input());
        try (Family shapes = Family.ofShapes(own, recipe.sharing())) {
            return shapes.weights().tensors().values().stream()
                    .mapToLong(Tensor::numel)
                    .sum();
        }
    }
}
