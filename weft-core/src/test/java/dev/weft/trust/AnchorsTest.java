package dev.weft.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.cost.CountedCosts;
import dev.weft.io.InputException;
import dev.weft.model.FamilyDefinition;
import dev.weft.model.ModelDefinition;
import dev.weft.pick.TinyRun;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.Recipes;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnchorsTest {
    @TempDir
    Path folder;

    private ModelDefinition model() {
        Recipe recipe =
                Recipes.read(TinyRun.recipe(folder.resolve("tiny.yaml"), TinyRun.data(folder.resolve("data")), 1)
                        .toString());
        return recipe.model().withInput(recipe.data().input(recipe.data().open(1)));
    }

    /** The tiny space has 2 · 2 · 2 · 2 members; sorted by cost, each quarter gives one. */
    @Test
    void everyPartOfTheCostsGivesOneAnchor() {
        ModelDefinition model = model();
        List<Member> anchors = Anchors.stratified(FamilyDefinition.of(model), 4, "macs", 3);
        try (CountedCosts costs = new CountedCosts(model)) {
            List<Member> ordered = model.space().enumerate(100).stream()
                    .sorted(Comparator.<Member>comparingLong(m -> costs.of(m).macs())
                            .thenComparing(Member::toString))
                    .toList();
            assertThat(ordered).hasSize(16);
            for (int i = 0; i < 4; i++) {
                assertThat(ordered.subList(4 * i, 4 * i + 4)).contains(anchors.get(i));
            }
        }
        assertThat(Anchors.stratified(FamilyDefinition.of(model), 4, "macs", 3)).isEqualTo(anchors);
        assertThat(IntStream.range(0, 5)
                        .mapToObj(seed -> Anchors.stratified(FamilyDefinition.of(model), 4, "macs", seed))
                        .distinct())
                .hasSizeGreaterThan(1);
        assertThat(new HashSet<>(Anchors.stratified(FamilyDefinition.of(model), 16, "params", 0)))
                .hasSize(16);
    }

    /** A thousand are drawn of a space that is too large to be enumerated: each twentieth of other draws has one anchor, or nearly. */
    @Test
    void anchorsOfALargeSpaceAreSpreadOverTheCostsOfItsMembers() {
        Recipe recipe = Recipes.read("quickstart");
        ModelDefinition model =
                recipe.model().withInput(recipe.data().input(recipe.data().open(1)));
        List<Member> anchors = Anchors.stratified(FamilyDefinition.of(model), 20, "macs", 3);
        assertThat(anchors).doesNotHaveDuplicates();
        try (CountedCosts costs = new CountedCosts(model)) {
            SplittableRandom random = new SplittableRandom(8);
            List<Long> others = IntStream.range(0, 400)
                    .mapToObj(i -> costs.of(model.space().sample(random)).macs())
                    .sorted()
                    .toList();
            long before = 0;
            for (int i = 0; i < 20; i++) {
                long macs = costs.of(anchors.get(i)).macs();
                assertThat(macs).isGreaterThanOrEqualTo(before);
                before = macs;
                long cheaper = others.stream().filter(other -> other < macs).count();
                // The part that it was drawn from, and three standard deviations of a quantile of 400.
                assertThat(cheaper / 400.0).isBetween(i / 20.0 - 0.075, (i + 1) / 20.0 + 0.075);
            }
        }
    }

    @Test
    void tooFewAndTooManyAreRefused() {
        ModelDefinition model = model();
        assertThatThrownBy(() -> Anchors.stratified(FamilyDefinition.of(model), 2, "macs", 0))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "There must be 3 anchors or more to be ranked, but 2 were asked for. Thirty say a good deal.");
        assertThatThrownBy(() -> Anchors.stratified(FamilyDefinition.of(model), 17, "macs", 0))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("has members, 16, but 17 were asked for");
        assertThatThrownBy(() -> Anchors.stratified(FamilyDefinition.of(model), 4, "flops", 0))
                .hasMessageContaining("\"flops\"");
    }

    @Test
    void allMembersOfALargeSpaceAreRefused() {
        List<Choice<?>> choices = IntStream.range(0, 15)
                .<Choice<?>>mapToObj(i -> Choice.of("c" + i, 1, 2))
                .toList();
        assertThatThrownBy(() -> Anchors.all(new Space("wide", choices)))
                .isInstanceOf(InputException.class)
                .hasMessage("Space \"wide\" must have at most 20000 members to be enumerated, but has 32768. Sample it"
                        + " instead.");
        assertThatThrownBy(() -> Anchors.all(new Space("two", choices.subList(0, 1))))
                .hasMessage("There must be 3 members or more to be ranked, but space \"two\" has 2.");
        assertThat(Anchors.all(new Space("four", choices.subList(0, 2)))).hasSize(4);
    }
}
