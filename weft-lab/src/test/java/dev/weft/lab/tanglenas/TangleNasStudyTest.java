package dev.weft.lab.tanglenas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.weft.data.DataCatalog;
import dev.weft.data.ImageParts;
import dev.weft.data.ImageSplits;
import dev.weft.io.Yaml;
import dev.weft.lab.Stripes;
import dev.weft.lab.study.Claim;
import dev.weft.lab.study.Judgement;
import dev.weft.lab.study.Study;
import dev.weft.lab.study.StudyContract;
import dev.weft.lab.study.StudyResults;
import dev.weft.lab.study.StudySettings;
import dev.weft.lab.study.Values;
import dev.weft.lab.tanglenas.TangleNasDesign.Alone;
import dev.weft.report.ExperimentReport.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TangleNasStudyTest implements StudyContract {
    private static final int TRAIN = 76;
    private static final int SELECTION = 12;
    private static final TangleNasSize TINY = Yaml.parse("""
            model:
              kind: conv-net
              resolution: 8
              layers:
                - {width: [2, 4], kernelSize: [3, 5], trim: 0, pool: true}
                - {width: [4, 8], kernelSize: [3], trim: 0, pool: false}
              batchNorm: true
              hidden: []
            smallModel:
              kind: conv-net
              resolution: 8
              layers:
                - {width: [2, 4], kernelSize: [3], trim: 0, pool: true}
                - {width: [4, 8], kernelSize: [3], trim: 0, pool: false}
              batchNorm: true
              hidden: []
            budgets: [1]
            batchSize: 16
            selectionSize: 12
            rates: {weights: 0.05, alone: 0.05, logits: 0.1}
            norm: full
            calibrationBatches: 2
            curveEveryEpochs: 1
            compared: {candidates: 4, population: 2, generations: 1, random: 2, matched: 2}
            cost: {factor: 1, target: 0.5}
            timingRounds: 2
            cells:
              - {name: cells-darts, recipe: darts-cell-quick, set: [model.resolution=8]}
            """, "tiny", TangleNasSize.class);

    @Override
    public Study study() {
        return TangleNasDesign.STUDY.with(settings -> new TangleNasDesign(TINY, settings));
    }

    @Override
    public String data(Path folder) throws IOException {
        return Stripes.in(folder.resolve("stripes"), TRAIN).toString();
    }

    /** In a search by gradient, in the timing of steps, in single path and its search, in members alone, in the small space. */
    @Override
    public List<Integer> stops() {
        return List.of(3, 14, 60, 90, 110);
    }

    /** Eight arms, what five chose and three decided when, members of eight trained alone, and the times of steps. */
    @Override
    public int documents() {
        return 25;
    }

    @Test
    void weightsAreCountedCurvesSumToOneAndPicturesShowThem(@TempDir Path folder) throws IOException {
        Path out = folder.resolve("out");
        StudyResults results = run(new StudySettings(1, false, data(folder), List.of(), List.of("small-space")), out);
        assertThat(results.arms())
                .extracting(arm -> arm.get("arm"))
                .containsExactly(
                        "A",
                        "A-budget",
                        "B",
                        "C-random",
                        "C-evolution",
                        "D",
                        "D-matched",
                        "largest",
                        "small-all",
                        "small-A",
                        "small-C");
        assertThat(results.claims().get(0).sentence()).contains("whose options have 6 logits");
        assertThat(results.claims().get(0).estimate())
                .as("weights of A beyond the largest member's: its logits")
                .isEqualTo(6);
        assertThat(results.arms().get(9)).containsKeys("rank", "inherited");
        TangleNasDesign.Extra extra = (TangleNasDesign.Extra) results.extra();
        SearchCurve curve = extra.curves().get(0);
        assertThat(curve.weights().keySet())
                .containsExactlyInAnyOrder(
                        "conv1.width=2",
                        "conv1.width=4",
                        "conv1.kernel=3",
                        "conv1.kernel=5",
                        "conv2.width=4",
                        "conv2.width=8");
        assertThat(curve.accuracy()).extracting(SearchCurve.Point::epoch).containsExactly(1.0, 2.0);
        for (int epoch = 0; epoch < 2; epoch++) {
            assertThat(curve.weights().get("conv1.kernel=3").get(epoch).value()
                            + curve.weights().get("conv1.kernel=5").get(epoch).value())
                    .isBetween(0.9999, 1.0001);
        }
        double three = curve.weights().get("conv1.kernel=3").get(1).value();
        assertThat(extra.chosen().get("A").get(0).member()).contains(three > 0.5 ? "conv1.kernel=3" : "conv1.kernel=5");
        assertThat(Files.readString(out.resolve("results.json"))).contains("\"curves\"", "conv1.kernel=5");
        assertThat(Files.readString(out.resolve("report.html")))
                .contains(
                        "Mixing weights of conv1.width",
                        "Members trained alone",
                        "All 4 members of a small space",
                        "<polyline");
    }

    /** Each space of cells is an arm by itself and random members of it; GDAS is one of the maps. */
    @Test
    void spacesOfCellsAndOtherMapsAreArmsWhereTheyAreAskedFor(@TempDir Path folder) throws IOException {
        StudyResults results = run(
                new StudySettings(1, false, data(folder), List.of(), List.of("cells", "maps")), folder.resolve("out"));
        assertThat(results.arms())
                .extracting(arm -> arm.get("arm"))
                .contains("A-gdas", "A-gumbel")
                .endsWith("largest", "cells-darts", "cells-darts-D");
        Map<String, Object> darts = results.arms().get(results.arms().size() - 2);
        assertThat(darts).containsKeys("inherited", "params", "accuracy").doesNotContainKey("stepMillis");
        TangleNasDesign.Extra extra = (TangleNasDesign.Extra) results.extra();
        assertThat(extra.chosen().get("cells-darts").get(0).member()).contains("normal.node3.inputs=");
        assertThat(results.claims().get(results.claims().size() - 1).sentence())
                .contains("trained alone, cells-darts minus cells-darts-D");
    }

    @Test
    void singlePathTrainsAndIsChosenByOnTheTrainingImagesAlone(@TempDir Path folder) throws IOException {
        ImageParts parts = DataCatalog.open(data(folder));
        for (long seed = 1; seed <= 5; seed++) {
            Set<String> all = ids(ImageSplits.of(parts, SELECTION, seed));
            int half = all.size() / 2;
            ImageSplits cut = ImageSplits.of(parts, SELECTION + half, seed);
            assertThat(all).containsAll(ids(cut));
            assertThat(cut.train().size()).isEqualTo(half);
        }
    }

    private static Set<String> ids(ImageSplits splits) {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < splits.train().size(); i++) {
            ids.add(splits.train().id(i));
        }
        return ids;
    }

    /** Three seeds; each arm but A differs a little around its value. */
    private static List<Judgement> judged(double gradient, double random, double path, double matched, double step) {
        Map<String, Double> known = new LinkedHashMap<>();
        known.put("A accuracy", gradient);
        known.put("D accuracy", random);
        known.put("C-random accuracy", path);
        known.put("C-evolution accuracy", path);
        known.put("D-matched accuracy", matched);
        known.put("largest accuracy", 90.0);
        known.put("A inherited", gradient);
        known.put("C-random inherited", path);
        known.put("A stepMillis", 10.0);
        known.put("B stepMillis", step);
        Values values = (arm, key) -> {
            double noise = arm.equals("A") ? 0 : 0.1;
            double value = known.get(arm + " " + key);
            return Map.of(1L, value - noise, 2L, value, 3L, value + noise);
        };
        return TangleNasDesign.CLAIMS.stream().map(claim -> claim.judge(values)).toList();
    }

    @Test
    void everyStatementHoldsWhenTheChoiceIsBestAndNoneWhenItIsWorst() {
        assertThat(judged(95, 80, 90, 90, 50))
                .hasSize(7)
                .extracting(Judgement::outcome)
                .containsOnly(Outcome.HELD);
        assertThat(judged(70, 80, 90, 90, 5)).extracting(Judgement::outcome).containsOnly(Outcome.NOT_HELD);
    }

    @Test
    void choiceMustBeHalfAPointAboveRandomMembersAndMayBeHalfAPointBelowSinglePath() {
        assertThat(judged(80, 80, 80, 80, 50).subList(1, 4))
                .extracting(Judgement::outcome)
                .containsExactly(Outcome.NOT_HELD, Outcome.HELD, Outcome.HELD);
        assertThat(judged(80, 79, 81, 80, 50).subList(1, 4))
                .extracting(Judgement::outcome)
                .containsExactly(Outcome.HELD, Outcome.NOT_HELD, Outcome.NOT_HELD);
    }

    @Test
    void comparisonAtEqualCostIsAGoalAndNotThePapersClaim() {
        assertThat(TangleNasDesign.CLAIMS)
                .extracting(Claim::text, Claim::kind)
                .contains(
                        tuple("trained alone, A minus D", Claim.Kind.CLAIM),
                        tuple("trained alone, A minus D-matched", Claim.Kind.GOAL),
                        tuple("trained alone, A minus largest", Claim.Kind.REPORT));
    }

    @Test
    void weightsMustBeThoseOfTheLargestMemberAndFarFewerThanSeparateOnes() {
        Judgement held = weights(1000, 1000, 1009, 5000);
        assertThat(held.outcome()).isEqualTo(Outcome.HELD);
        assertThat(held.sentence()).contains("1,009 for A, whose options have 9 logits, 5,000 for B (5.0 times A)");
        assertThat(weights(1000, 1000, 1010, 5000).outcome()).isEqualTo(Outcome.NOT_HELD);
        assertThat(weights(1000, 1000, 1009, 2000).outcome()).isEqualTo(Outcome.NOT_HELD);
        assertThat(TangleNasDesign.weights((arm, key) -> Map.of(), 9).outcome()).isEqualTo(Outcome.NOT_TESTED);
    }

    private static Judgement weights(double params, double largest, double entangled, double separate) {
        Map<String, Double> counts = Map.of(
                "largest params", params, "largest weights", largest, "A weights", entangled, "B weights", separate);
        return TangleNasDesign.weights((arm, key) -> Map.of(1L, counts.get(arm + " " + key)), 9);
    }

    @Test
    void rankCountsTheMembersThatAreBetter() {
        List<Alone> members = List.of(
                new Alone("a", 80, 1, 1), new Alone("b", 90, 2, 2), new Alone("c", 80, 3, 3), new Alone("d", 70, 4, 4));
        assertThat(TangleNasDesign.rank(members, "b")).isEqualTo(1);
        assertThat(TangleNasDesign.rank(members, "a")).isEqualTo(2);
        assertThat(TangleNasDesign.rank(members, "c")).as("shared").isEqualTo(2);
        assertThat(TangleNasDesign.rank(members, "d")).isEqualTo(4);
    }
}
