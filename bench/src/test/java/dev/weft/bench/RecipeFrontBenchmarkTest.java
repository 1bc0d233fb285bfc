package dev.weft.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.io.InputException;
import dev.weft.metric.Metric;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.Recipes;
import dev.weft.sample.Sampler;
import dev.weft.search.MeasuredMember;
import dev.weft.search.Objective;
import dev.weft.space.Member;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecipeFrontBenchmarkTest {
    private static MeasuredMember member(String metric, double quality, double macs) {
        return new MeasuredMember(Member.PLAIN, Map.of(metric, quality, Metric.MACS.key(), macs));
    }

    /** There are three doublings from 1 to 8 multiply-adds: 0.5 is the best for one of them, 0.6 for the second and 0.9 for the third. */
    @Test
    void frontIsTheMeanOfTheBestWithinBudgetsThatDouble() {
        String metric = Metric.ACCURACY.key();
        Objective quality = Objective.of(metric);
        List<MeasuredMember> members = List.of(
                member(metric, 0.5, 1), member(metric, 0.6, 2), member(metric, 0.9, 4), member(metric, 0.55, 3));
        assertThat(RecipeFrontBenchmark.front(quality, members, 0)).isCloseTo((0.5 + 0.6 + 0.9) / 3, within(1e-12));
    }

    @Test
    void frontOfALossIsHowFarItIsBelowGuessing() {
        String metric = Metric.LOSS.key();
        Objective quality = Objective.of(metric);
        List<MeasuredMember> members = List.of(member(metric, 3, 1), member(metric, 2, 2), member(metric, 2.5, 4));
        assertThat(RecipeFrontBenchmark.front(quality, members, 4)).isCloseTo((1 + 2 + 2) / 3.0, within(1e-12));
    }

    /** What shipped recipes are compared with differs from them in how it trains. */
    @ParameterizedTest
    @ValueSource(strings = {"quickstart", "lm-quick", "mos-lm-quick"})
    void sandwichesAreOfTheSameModelAndData(String shipped) {
        Recipe recipe = Recipes.read(shipped);
        Recipe sandwich = Recipes.read("recipes/" + shipped + "-sandwich.yaml");
        assertThat(sandwich.model()).isEqualTo(recipe.model());
        assertThat(sandwich.sharing()).isEqualTo(recipe.sharing());
        assertThat(sandwich.data().source()).isEqualTo(recipe.data().source());
        assertThat(sandwich.train().sampler()).isEqualTo(new Sampler.Sandwich(1));
    }

    @Test
    void whatIsMissingIsSaid() {
        Options options = new Options(false, 1, "python3", Path.of("bench"));
        assertThatThrownBy(() -> new RecipeFrontBenchmark(List.of("--seeds", "1"), options, System.err))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("a recipe or more");
        assertThatThrownBy(() -> new RecipeFrontBenchmark(List.of("smoke", "--split", "training"), options, System.err))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("selection or report");
    }
}
