package dev.weft.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.cost.CountedCosts;
import dev.weft.io.InputException;
import dev.weft.model.ModelDefinition;
import dev.weft.pick.TinyRun;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.train.DataSettings;
import dev.weft.train.Recipe;
import dev.weft.train.Recipes;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
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
        return recipe.model().withInput(DataSettings.input(recipe.data().open(1)));
    }

    /** The tiny space has 2 · 2 · 2 · 2 members; sorted by cost, each quarter gives one. */
    @Test
    void everyPartOfTheCostsGivesOneAnchor() {
        ModelDefinition model = model();
        List<Member> anchors = Anchors.stratified(model, 4, "macs", 3);
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
        assertThat(Anchors.stratified(model, 4, "macs", 3)).isEqualTo(anchors);
        assertThat(IntStream.range(0, 5)
                        .mapToObj(seed -> Anchors.stratified(model, 4, "macs", seed))
                        .distinct())
                .hasSizeGreaterThan(1);
        assertThat(new HashSet<>(Anchors.stratified(model, 16, "params", 0))).hasSize(16);
    }

    @Test
    void tooFewAndTooManyAreRefused() {
        ModelDefinition model = model();
        assertThatThrownBy(() -> Anchors.stratified(model, 2, "macs", 0))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "There must be 3 anchors or more to be ranked, but 2 were asked for. Thirty say a good deal.");
        assertThatThrownBy(() -> Anchors.stratified(model, 17, "macs", 0))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("has members, 16, but 17 were asked for");
        assertThatThrownBy(() -> Anchors.stratified(model, 4, "flops", 0)).hasMessageContaining("\"flops\"");
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
