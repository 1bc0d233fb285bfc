package dev.weft.lab.bignas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.io.Yaml;
import dev.weft.lab.Stripes;
import dev.weft.lab.bignas.BudgetSearch.Found;
import dev.weft.lab.bignas.BudgetSearch.Pick;
import dev.weft.lab.study.Claim;
import dev.weft.lab.study.Judgement;
import dev.weft.lab.study.Study;
import dev.weft.lab.study.StudyContract;
import dev.weft.lab.study.StudyResults;
import dev.weft.lab.study.StudySettings;
import dev.weft.lab.study.Values;
import dev.weft.report.ExperimentReport.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BigNasStudyTest implements StudyContract {
    private static final BigNasSize TINY = Yaml.parse("""
            model:
              kind: mobile-cnn
              resolution: [6, 8]
              stem: {width: [16], stride: 2}
              stages:
                - {block: fused, width: [4, 8], depth: [1, 2], kernelSize: [3], expandRatio: [1.0], stride: 1, squeezeExcite: false}
                - {block: fused, width: [8, 12], depth: [1, 2], kernelSize: [3, 5], expandRatio: [1.0], stride: 2, squeezeExcite: false}
              headWidth: []
              activation: relu
              zeroInitResidual: true
            budgets: [1]
            batchSize: 16
            learningRate: 0.01
            selectionSize: 12
            calibrationBatches: 2
            randomMembers: 2
            memberSeed: 1
            mutations: 2
            """, "tiny", BigNasSize.class);

    @Override
    public Study study() {
        return BigNasDesign.STUDY.with(settings -> new BigNasDesign(TINY, settings.data()));
    }

    @Override
    public String data(Path folder) throws IOException {
        return Stripes.in(folder.resolve("stripes"), 76).toString();
    }

    /** In the training of A, between training and search, in the search, in an arm with a teacher, in the members alone. */
    @Override
    public List<Integer> stops() {
        return List.of(2, 7, 12, 30, 60);
    }

    /** Ten arms and the search. */
    @Override
    public int documents() {
        return 11;
    }

    @Test
    void armsAreMatchedByPassesAndRecalibrationSharesItsTraining(@TempDir Path folder) throws IOException {
        StudySettings settings = new StudySettings(1, false, data(folder), List.of(), List.of());
        StudyResults results = run(settings, folder.resolve("out"));
        Map<String, Map<String, Object>> arms = new LinkedHashMap<>();
        results.arms().forEach(arm -> arms.put((String) arm.get("arm"), arm));
        // Four steps of four members, 16 steps of one.
        for (String arm : List.of("A", "B2", "C", "A-not-recalibrated")) {
            assertThat(arms.get(arm).get("passes")).as(arm).isEqualTo(16.0);
        }
        assertThat(arms.get("A").get("updates"))
                .as("every step trains the largest")
                .isEqualTo(4.0);
        assertThat((double) arms.get("B2").get("updates"))
                .as("a random member is a part of it")
                .isBetween(4.0, 15.9);
        assertThat(arms.get("D").get("passes")).isEqualTo(12.0);
        assertThat(arms.get("D-distilled").get("passes")).as("and its teacher").isEqualTo(16.0);
        assertThat(arms.get("D").get("random")).as("there is no such member").isNull();
        assertThat(folder.resolve("out/epochs-1/seed-1/runs/A-not-recalibrated"))
                .doesNotExist();
        assertThat(results.arms().get(0)).containsKey("frontStep");
    }

    /** Three seeds that differ a little around the value. */
    private static Values around(Map<String, Double> values) {
        return (arm, key) -> {
            double value = values.get(arm + "/" + key);
            return Map.of(1L, value - 0.1, 2L, value, 3L, value + 0.1);
        };
    }

    private static List<Outcome> outcomes(double full, double baselines, double alone, double notRecalibrated) {
        Map<String, Double> values = new LinkedHashMap<>();
        for (String key : List.of("smallest", "random")) {
            values.put("A/" + key, full);
            values.put("A-teacher/" + key, full + (full > baselines ? 1 : -1));
            values.put("A-labels-first/" + key, full + (full > baselines ? 1 : -1));
            values.put("A-not-recalibrated/" + key, notRecalibrated);
            List.of("B", "B2", "C").forEach(arm -> values.put(arm + "/" + key, baselines));
        }
        values.put("D/smallest", alone);
        values.put("A/frontStep", full > baselines ? -0.5 : -4);
        return BigNasDesign.CLAIMS.stream()
                .map(claim -> claim.judge(around(values)))
                .map(Judgement::outcome)
                .toList();
    }

    @Test
    void everythingHoldsWhenTheRecipeIsBetter() {
        assertThat(outcomes(85, 80, 85, 30)).containsOnly(Outcome.HELD).hasSize(11);
    }

    @Test
    void nothingHoldsWhenTheRecipeIsWorse() {
        assertThat(outcomes(80, 85, 85, 79)).containsOnly(Outcome.NOT_HELD).hasSize(11);
    }

    @Test
    void onlyFourStatementsAreThePapers() {
        assertThat(BigNasDesign.CLAIMS)
                .filteredOn(claim -> claim.kind() == Claim.Kind.CLAIM)
                .hasSize(4);
    }

    @Test
    void frontIsJudgedByItsSmallestStepAndSaysWhatWasFound() {
        Found found = new Found(
                List.of(
                        new Pick(1e6, "a", 1e6, 80, 80),
                        new Pick(2e6, "b", 2e6, 80, 76),
                        new Pick(3e6, "c", 3e6, 80, 84)),
                10,
                0.1,
                2000);
        assertThat(found.smallestStep()).isEqualTo(-4);
        assertThat(found.picks().get(1).sentence(8)).contains("within 2.00 M", "b; 76.00 % of test images");
    }

    @Test
    void budgetsAreEvenOnALogarithmicScale() {
        assertThat(BudgetSearch.budgets(100, 1_600_000)).containsExactly(1125.0, 12649.0, 142262.0);
    }

    @Test
    void shippedSizesAreSpacesWithThreeDifferentSizes() {
        for (boolean smoke : List.of(false, true)) {
            BigNasSize size = Study.size("bignas", BigNasSize.class, smoke);
            assertThat(BigNasMembers.SIZES.stream()
                            .map(member ->
                                    BigNasMembers.ofSize(member, size.model().space())))
                    .doesNotHaveDuplicates();
            assertThat(BigNasMembers.random(size.model().space(), size.randomMembers(), size.memberSeed()))
                    .hasSize(6)
                    .doesNotHaveDuplicates();
        }
        assertThat(BigNasDesign.schedule(12).factor(8, 12)).isCloseTo(0.05, within(1e-9));
        assertThat(BigNasDesign.schedule(12).factor(11, 12)).isEqualTo(0.05);
    }
}
