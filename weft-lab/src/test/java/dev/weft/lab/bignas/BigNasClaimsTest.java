package dev.weft.lab.bignas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lab.Claim;
import dev.weft.lab.Judgement;
import dev.weft.report.ExperimentReport.Outcome;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BigNasClaimsTest {
    /** Three seeds that differ a little around the value. */
    private static BigNasTable.Values around(Map<String, Double> values) {
        return (arm, metric) -> {
            double value = values.get(arm + "/" + metric);
            return List.of(value - 0.1, value, value + 0.1);
        };
    }

    private static List<Outcome> outcomes(double full, double baselines, double alone, double notRecalibrated) {
        return BigNasTable.judgements(around(Map.of(
                                "A/smallest", full,
                                "A/random", full,
                                "A/smallest.not-recalibrated", notRecalibrated,
                                "B/smallest", baselines,
                                "B/random", baselines,
                                "B2/smallest", baselines,
                                "B2/random", baselines,
                                "C/smallest", baselines,
                                "C/random", baselines)
                        .entrySet()
                        .stream()
                        .collect(
                                () -> new java.util.HashMap<>(Map.of("D-smallest/smallest", alone)),
                                (map, entry) -> map.put(entry.getKey(), entry.getValue()),
                                Map::putAll)))
                .stream()
                .map(Judgement::outcome)
                .toList();
    }

    @Test
    void everythingHoldsWhenTheRecipeIsBetter() {
        assertThat(outcomes(85, 80, 85, 30)).containsOnly(Outcome.HELD).hasSize(8);
    }

    @Test
    void nothingHoldsWhenTheRecipeIsWorse() {
        assertThat(outcomes(80, 85, 85, 79)).containsOnly(Outcome.NOT_HELD).hasSize(8);
    }

    @Test
    void onlyFourStatementsAreThePapers() {
        List<Judgement> judged = BigNasTable.judgements((arm, metric) -> List.of(1.0, 2.0));
        assertThat(judged).filteredOn(j -> j.kind() == Claim.Kind.CLAIM).hasSize(4);
    }

    @Test
    void frontMayFallWithinNoiseOnly() {
        assertThat(front(80, 82, 84).outcome()).isEqualTo(Outcome.HELD);
        assertThat(front(80, 79.5, 84).outcome()).isEqualTo(Outcome.HELD); // two standard errors are 2.5 points
        assertThat(front(80, 76, 84).outcome()).isEqualTo(Outcome.NOT_HELD);
        assertThat(front(80, 76, 84).sentence()).contains("76.00 % at 2.00 M").contains("smallest step -4.00");
    }

    private static Judgement front(double first, double second, double third) {
        return BudgetSearch.monotone(new BudgetSearch.Found(
                List.of(
                        new BudgetSearch.Pick(1e6, "a", 1e6, 80, first),
                        new BudgetSearch.Pick(2e6, "b", 2e6, 80, second),
                        new BudgetSearch.Pick(3e6, "c", 3e6, 80, third)),
                10,
                0.1,
                2000));
    }

    @Test
    void budgetsAreEvenOnALogarithmicScale() {
        assertThat(BudgetSearch.budgets(100, 1_600_000)).containsExactly(1125.0, 12649.0, 142262.0);
    }
}
