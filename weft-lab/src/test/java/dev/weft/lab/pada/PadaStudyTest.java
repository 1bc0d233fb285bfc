package dev.weft.lab.pada;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.io.Yaml;
import dev.weft.lab.cells.CellRanking;
import dev.weft.lab.cells.GroundTruth;
import dev.weft.lab.cells.JudgedSize;
import dev.weft.lab.cells.TinyTruth;
import dev.weft.lab.study.Arm;
import dev.weft.lab.study.Claim;
import dev.weft.lab.study.Design;
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

class PadaStudyTest implements StudyContract {
    private static final PadaSize TINY = Yaml.parse("""
            budgets: [5]
            points: 1
            draws: 3
            examples: 4
            batchSize: 16
            learningRate: 0.05
            floor: 0.1
            weightLimit: 10
            randomMembers: 4
            curveStep: 3
            anchors: 0
            """, "tiny", PadaSize.class);

    private GroundTruth truth; // of the data that were written last

    @Override
    public Study study() {
        return PadaDesign.STUDY.with(
                settings -> new PadaDesign(TINY, CellRanking.of("pa-da", settings, truth, TINY.randomMembers())));
    }

    @Override
    public String data(Path folder) throws IOException {
        truth = TinyTruth.in(folder.resolve("stripes"));
        return truth.recipe().data().source();
    }

    @Override
    public List<Integer> budgets() {
        return List.of(5, 10);
    }

    /** In a training before its probe, between arms, and in a later arm. */
    @Override
    public List<Integer> stops() {
        return List.of(2, 23, 90);
    }

    /** Seven trained arms with a probe and scores each, the truth, and those of parameters and multiply-adds. */
    @Override
    public int documents() {
        return 3 * 7 + 3;
    }

    @Test
    void everyArmHasAsManyPassesAndTheFairOneAFifthOfTheSteps(@TempDir Path folder) throws IOException {
        StudyResults results =
                run(new StudySettings(1, false, data(folder), List.of(), List.of()), folder.resolve("out"));
        Map<String, Map<String, Object>> arms = new LinkedHashMap<>();
        results.arms().forEach(arm -> arms.put((String) arm.get("arm"), arm));
        for (String arm : PadaDesign.TRAINED) {
            assertThat(arms.get(arm).get("passes")).as(arm).isEqualTo(20.0); // four steps an epoch
        }
        assertThat(arms.get(CellRanking.PARAMETERS).get("passes")).isEqualTo(0.0);
        assertThat(mean(arms.get(PadaDesign.BOTH), "entropy")).isLessThan(Math.log(5));
        assertThat(mean(arms.get(PadaDesign.DATA), "distinct")).isLessThan(64);
        assertThat(arms.get(PadaDesign.UNIFORM).get("entropy"))
                .as("it draws by no norm")
                .isNull();
        assertThat(results.report().toString()).contains("Truth and public table", "nor_conv_3x3");
    }

    private static double mean(Map<String, Object> arm, String key) {
        return ((Number) ((Map<?, ?>) arm.get(key)).get("mean")).doubleValue();
    }

    /** Three seeds that differ a little around the value. */
    private static Values around(Map<String, Double> values, double otherwise) {
        return (arm, key) -> {
            double value = values.getOrDefault(arm + "/" + key, otherwise);
            return Map.of(1L, value - 0.001, 2L, value, 3L, value + 0.001);
        };
    }

    private static List<Outcome> claims(double saved, double both, double uniform) {
        Values values = around(
                Map.of(
                        PadaDesign.UNIFORM + "/optimal", saved,
                        PadaDesign.BOTH + "/tau", both,
                        PadaDesign.UNIFORM + "/tau", uniform),
                1);
        return PadaDesign.CLAIMS.stream()
                .filter(claim -> claim.kind() == Claim.Kind.CLAIM)
                .map(claim -> claim.judge(values))
                .map(Judgement::outcome)
                .toList();
    }

    @Test
    void onlyTheTheoryAndTheMarginOfTheRankingAreClaims() {
        assertThat(claims(20, 0.5, 0.52)).containsExactly(Outcome.HELD, Outcome.HELD);
        assertThat(claims(3, 0.5, 0.6)).containsExactly(Outcome.NOT_HELD, Outcome.NOT_HELD);
    }

    private static Design design(boolean smoke) {
        return PadaDesign.STUDY.design(new StudySettings(1, smoke, PadaDesign.STUDY.data(), List.of(), List.of()));
    }

    /** Section 10 of the specification, and sixty epochs beside it. */
    @Test
    void shippedSizeIsThatOfTheSpecificationAndAtLeastSixtyEpochs() {
        PadaSize full = Study.size("pa-da", PadaSize.class, false);
        assertThat(full.budgets()).containsExactly(15, 60);
        assertThat(full.points(15)).containsExactly(5, 10, 15);
        assertThat(full.points(full.fairEpochs(60))).containsExactly(4, 8, 12);
        assertThat(List.of(full.draws(), full.examples(), full.batchSize(), full.randomMembers()))
                .containsExactly(200, 256, 128, 150);
        List<Arm> arms = design(false).arms(60);
        assertThat(arms).hasSize(10);
        assertThatThrownBy(() -> full.fairEpochs(20))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("a multiple of 15 epochs");
        assertThat(((JudgedSize) design(true).size()).truth().anchors())
                .as("enough for its regret")
                .hasSizeGreaterThanOrEqualTo(10);
    }
}
