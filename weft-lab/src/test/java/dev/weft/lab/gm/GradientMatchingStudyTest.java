package dev.weft.lab.gm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.io.Yaml;
import dev.weft.lab.cells.CellRanking;
import dev.weft.lab.cells.GroundTruth;
import dev.weft.lab.cells.TinyTruth;
import dev.weft.lab.study.Claim;
import dev.weft.lab.study.Judgement;
import dev.weft.lab.study.Study;
import dev.weft.lab.study.StudyContract;
import dev.weft.lab.study.StudyResults;
import dev.weft.lab.study.StudySettings;
import dev.weft.lab.study.Values;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.SplitSettings.RestartSchedule;
import dev.weft.report.ExperimentReport.Outcome;
import dev.weft.tree.TreeRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GradientMatchingStudyTest implements StudyContract {
    private static final GmSize TINY = Yaml.parse("""
            budgets: [1]
            repeats: 1
            batchSize: 16
            learningRate: 0.025
            randomMembers: 4
            curveStep: 3
            candidates: 2
            anchors: 0
            """, "tiny", GmSize.class);

    private GroundTruth truth; // of the data that were written last

    @Override
    public Study study() {
        return GmDesign.STUDY.with(this::tiny);
    }

    private GmDesign tiny(StudySettings settings) {
        return new GmDesign(TINY, CellRanking.of("gradient-matching", settings, truth, TINY.randomMembers()));
    }

    @Override
    public String data(Path folder) throws IOException {
        truth = TinyTruth.in(folder.resolve("stripes"));
        return truth.recipe().data().source();
    }

    /** Among the probes of the first tree, and in a later one. */
    @Override
    public List<Integer> stops() {
        return List.of(20, 150);
    }

    /** Eight trained arms with scores and a selected member each, the truth, those of parameters and multiply-adds, five trees, four points of a curve. */
    @Override
    public int documents() {
        return 3 * 8 + 3 + 5 + 4;
    }

    @Test
    void treesTakeTheTrainingThatTheySayAndRandomGroupsTheEdgesOfGradientMatching(@TempDir Path folder)
            throws IOException {
        Path out = folder.resolve("out");
        StudyResults results = run(new StudySettings(1, false, data(folder), List.of(), List.of()), out);
        Map<String, Map<String, Object>> arms = new LinkedHashMap<>();
        results.arms().forEach(arm -> arms.put((String) arm.get("arm"), arm));
        Stream.concat(GmDesign.TREES.stream(), GmDesign.WHOLE.stream())
                .forEach(arm -> assertThat(arms).containsKey(arm));
        // Four steps an epoch; 1 + 2 · 1 + 4 · 1 epochs; five operations of an epoch each.
        assertThat(arms.get(GmDesign.EQUAL_COMPUTE).get("passes")).isEqualTo(28.0);
        assertThat(arms.get(GmDesign.RANDOM_PARTITION).get("passes")).isEqualTo(28.0);
        assertThat(arms.get(GmDesign.FEW_SHOT).get("passes")).isEqualTo(20.0);
        // Gradient matching also compares five operations of each edge that is left, three times.
        assertThat(arms.get(GmDesign.MATCHED).get("passes")).isEqualTo(28.0 + 30 + 2 * 25);
        Path runs = out.resolve("epochs-1/seed-1/runs");
        TreeRecord matched = TreeRecord.of(runs.resolve(GmDesign.MATCHED)).orElseThrow();
        TreeRecord random =
                TreeRecord.of(runs.resolve(GmDesign.RANDOM_PARTITION)).orElseThrow();
        assertThat(GmDesign.edges(random)).as("the same edges").isEqualTo(GmDesign.edges(matched));
        assertThat(TreeRecord.of(runs.resolve(GmDesign.FEW_SHOT)).orElseThrow().leaves())
                .hasSize(5);
        assertThat(Files.readString(out.resolve("report.html"))).contains("edge3-0", "3×3", "Truth and public table");
    }

    /** Three seeds that differ a little around the value. */
    private static Values around(Map<String, Double> values) {
        return (arm, key) -> {
            double value = values.getOrDefault(arm + "/" + key, 1.0);
            return Map.of(1L, value - 0.001, 2L, value, 3L, value + 0.001);
        };
    }

    private static List<Outcome> claims(double saved, double matched, double oneShot) {
        Values values = around(Map.of("matching/closer", saved, "matching/loss", matched, "one-shot/loss", oneShot));
        return GmDesign.CLAIMS.stream()
                .filter(claim -> claim.kind() == Claim.Kind.CLAIM)
                .map(claim -> claim.judge(values))
                .map(Judgement::outcome)
                .toList();
    }

    @Test
    void onlyDistancesAndTheLossAgainstASupernetOfAsManyEpochsAreClaims() {
        assertThat(claims(0.2, 0.5, 0.6)).containsExactly(Outcome.HELD, Outcome.HELD);
        assertThat(claims(-0.2, 0.6, 0.5)).containsExactly(Outcome.NOT_HELD, Outcome.NOT_HELD);
    }

    @Test
    void shippedBudgetHasSixtyEpochsALeafAndThePublishedProportions() {
        GmSize full = Study.size("gradient-matching", GmSize.class, false);
        assertThat(full.budgets()).containsExactly(60);
        assertThat(GmSize.rounds(60)).containsExactly(20, 40);
        assertThat(GmDesign.supernetEpochs(GmDesign.MATCHED, 60)).isEqualTo(20 + 2 * 20 + 4 * 60);
        assertThat(GmDesign.supernetEpochs(GmDesign.FEW_SHOT, 60)).isEqualTo(300);
        assertThat(GmDesign.supernetEpochs(GmDesign.ONE_SHOT, 60)).isEqualTo(100);
        assertThat(GmDesign.supernetEpochs(GmDesign.EQUAL_COMPUTE, 60)).isEqualTo(300);
        assertThat(List.of(full.repeats(), full.batchSize(), full.candidates(), full.randomMembers()))
                .containsExactly(10, 64, 200, 150);
    }

    @Test
    void publishedLeavesStopWithinTheirCosineAndAnnealedOnesAtItsEnd(@TempDir Path folder) throws IOException {
        GmDesign design = tiny(new StudySettings(1, false, data(folder), List.of(), List.of()));
        Recipe published = design.tree(GmDesign.MATCHED, 60, null);
        Recipe annealed = design.tree(GmDesign.ANNEALED, 60, null);
        Recipe fewShot = design.tree(GmDesign.FEW_SHOT, 60, null);
        assertThat(published.split().scheduled(2, published.train().epochs())).isEqualTo(100);
        assertThat(annealed.split().scheduled(2, annealed.train().epochs())).isEqualTo(60);
        assertThat(fewShot.split().schedule()).isEqualTo(RestartSchedule.OWN);
        assertThat(fewShot.split().scheduled(1, fewShot.train().epochs())).isEqualTo(60);
        assertThat(published.train().clipping()).isNotNull();
    }
}
