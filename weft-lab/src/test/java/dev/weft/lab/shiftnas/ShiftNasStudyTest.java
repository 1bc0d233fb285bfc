package dev.weft.lab.shiftnas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.weft.io.Json;
import dev.weft.io.Yaml;
import dev.weft.lab.Stripes;
import dev.weft.lab.study.Claim;
import dev.weft.lab.study.Study;
import dev.weft.lab.study.StudyContract;
import dev.weft.lab.study.StudyResults;
import dev.weft.lab.study.StudySettings;
import dev.weft.lab.study.Values;
import dev.weft.model.ImageInput;
import dev.weft.report.ExperimentReport.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShiftNasStudyTest implements StudyContract {
    private static final int STEPS = 6;
    private static final ShiftNasSize TINY = Yaml.parse("""
            model:
              kind: mobile-cnn
              resolution: [8]
              stem: {width: [8], stride: 2}
              stages:
                - {block: fused, width: [2, 3, 6], depth: [1, 2, 3], kernelSize: [3, 5], expandRatio: [1.0], stride: 1, squeezeExcite: false}
                - {block: fused, width: [4, 6, 10], depth: [1, 2, 3], kernelSize: [3, 5], expandRatio: [1.0], stride: 2, squeezeExcite: false}
              headWidth: []
              activation: relu
              zeroInitResidual: true
            levels: 4
            budgets: [2]
            batchSize: 16
            learningRate: 0.05
            selectionSize: 12
            heldOutSize: 16
            lambda: 30
            generatorRate: 0.001
            levelRate: 0.05
            interval: 2
            warmPart: 0.2
            draws: 200
            calibrationBatches: 2
            membersPerLevel: 2
            candidates: 3
            memberSeed: 7
            """, "tiny", ShiftNasSize.class);
    private static final ShiftNasSize FULL = Study.size("shiftnas", ShiftNasSize.class, false);

    @Override
    public Study study() {
        return ShiftNasDesign.STUDY.with(settings -> new ShiftNasDesign(TINY, settings.data()));
    }

    @Override
    public String data(Path folder) throws IOException {
        return Stripes.in(folder.resolve("stripes"), 76).toString();
    }

    @Override
    public List<Integer> budgets() {
        return List.of(2, 4);
    }

    /** In the training of A, in the choice among random members, in learned levels, near the end. */
    @Override
    public List<Integer> stops() {
        return List.of(3, 12, 30, 55);
    }

    /** Eight arms, what five of them picked, curves of the three whose levels learn. */
    @Override
    public int documents() {
        return 16;
    }

    @Test
    void everyArmHasEquallyManyUpdatesEveryStepIsAVisitAndPicturesShowThem(@TempDir Path folder) throws IOException {
        Path out = folder.resolve("out");
        StudyResults results = run(new StudySettings(1, false, data(folder), List.of(), List.of()), out);
        assertThat(results.arms())
                .extracting(arm -> arm.get("arm"))
                .containsExactly("A", "B", "C", "C-pathwise", "C-mask", "D", "sandwich", "largest-only");
        for (Map<String, Object> arm : results.arms()) {
            String name = (String) arm.get("arm");
            assertThat(arm.get("passes")).as(name).isEqualTo(name.equals("sandwich") ? 9.0 : STEPS * 1.0);
            if (arm.containsKey("visitsOfLevel1")) {
                assertThat(IntStream.range(0, 4)
                                .mapToDouble(k -> mean(arm, ShiftNasDesign.visits(k)))
                                .sum())
                        .as("every step is a visit of arm " + name)
                        .isEqualTo(STEPS);
            }
        }
        assertThat(results.arms().get(0)).containsKeys("visitsOfLevel1", "pickedForLevel1", "level4");
        assertThat(results.arms().get(4)).containsKeys("hits", "probabilityOfLevel1");
        assertThat(Files.readString(out.resolve("results.json")))
                .contains("\"curves\"", "\"simulations\"", "stage1.kernel=");
        assertThat(Files.readString(out.resolve("report.html")))
                .contains("Visits by cost level", "Chosen members", "Arm C-mask", "The rule alone", "<polyline");
    }

    @Test
    void choicesAreOfTheLevelsThatRandomMembersWereDrawnFromAndProbabilitiesMove(@TempDir Path folder)
            throws IOException {
        Path out = folder.resolve("out");
        StudyResults results = run(new StudySettings(1, false, data(folder), List.of(), List.of()), out);
        ShiftNasDesign.Extra extra = (ShiftNasDesign.Extra) results.extra();
        assertThat(extra.picks().keySet()).containsExactly("A", "B", "C", "C-pathwise", "C-mask");
        assertThat(extra.picks().get("A").get(0).picks()).hasSize(4).allSatisfy(p -> assertThat(p.found())
                .isEqualTo(p.level()));
        assertThat(extra.levels().stream()
                        .mapToDouble(LevelledSpace.Level::share)
                        .sum())
                .isBetween(1 - 1e-9, 1 + 1e-9);
        assertThat(extra.levels().stream()
                        .mapToInt(LevelledSpace.Level::members)
                        .sum())
                .as("every member is of one level")
                .isEqualTo(TINY.model().space().count().intValue());
        List<ShiftNasDesign.Moment> moments = extra.curves().get("C").get(0).moments();
        assertThat(moments).hasSize(2);
        assertThat(moments.get(1).probabilities())
                .as("two updates of the logits")
                .isNotEqualTo(moments.get(0).probabilities());
        assertThat(Json.read(out.resolve("epochs-2/seed-1/results/curve-C.json"), ShiftNasDesign.Curve.class)
                        .moments())
                .isEqualTo(moments);
    }

    private static double mean(Map<String, Object> arm, String key) {
        return (double) ((Map<?, ?>) arm.get(key)).get("mean");
    }

    @Test
    void fullSpaceHasTwoStarvedLevelsBeforeAnyTraining() {
        LevelledSpace space = new LevelledSpace(
                FULL.model()
                        .withInput(new ImageInput(
                                1,
                                28,
                                List.of(0.3),
                                List.of(0.3),
                                List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j"))),
                FULL.levels());
        assertThat(space.space().count()).isEqualTo(13_824);
        assertThat(space.starved()).containsExactly(4, 5);
        assertThat(space.shares().get(5) * 13_824)
                .as("all members are equally likely")
                .isBetween(28.99, 29.01);
        assertThat(space.described().get(5).members()).isEqualTo(29);
    }

    @Test
    void visitsThatFollowTheSharesHoldAndOthersDoNot() {
        assertThat(visits(510.0, 290.0, 200.0)).isEqualTo(Outcome.HELD);
        assertThat(visits(333.0, 333.0, 334.0)).isEqualTo(Outcome.NOT_HELD);
    }

    private static Outcome visits(double... counts) {
        Values values = (arm, key) -> Map.of(
                1L,
                counts[Integer.parseInt(key.substring(key.length() - 1)) - 1] / 2,
                2L,
                counts[Integer.parseInt(key.substring(key.length() - 1)) - 1] / 2);
        return ShiftNasClaims.visits(List.of(0.5, 0.3, 0.2)).judge(values).outcome();
    }

    @Test
    void statementsAreAboutStarvedLevelsOtherLevelsAndAllOfThem() {
        // C is 2 above A on the starved level 2 and 1 below it elsewhere; 0.5 above B everywhere.
        Map<String, Double> known = new LinkedHashMap<>();
        known.put("A level1", 80.0);
        known.put("A level2", 70.0);
        known.put("B level1", 78.5);
        known.put("B level2", 71.5);
        known.put("C level1", 79.0);
        known.put("C level2", 72.0);
        known.put("B hits", 95.0);
        known.put("C hits", 80.0);
        known.put("C " + ShiftNasDesign.probability(0), 0.4);
        known.put("C " + ShiftNasDesign.probability(1), 0.6);
        known.put("C " + ShiftNasDesign.lossChange(0), -0.01);
        known.put("C " + ShiftNasDesign.lossChange(1), -0.02);
        known.put("C " + ShiftNasDesign.picked(1), 74.0);
        known.put("A " + ShiftNasDesign.picked(0), 99.0);
        known.put("A " + ShiftNasDesign.picked(1), 75.0);
        Values values = (arm, key) -> {
            Double value = known.get(arm + " " + key);
            return value == null ? Map.of() : Map.of(1L, value, 2L, value);
        };
        List<Claim> claims = ShiftNasClaims.of(List.of(1), List.of(0));
        assertThat(claims.subList(0, 7).stream().map(claim -> claim.judge(values)))
                .extracting("estimate", "outcome")
                .containsExactly(
                        tuple(95.0, Outcome.HELD),
                        tuple(80.0, Outcome.NOT_HELD),
                        tuple(2.0, Outcome.HELD),
                        tuple(-1.0, Outcome.NOT_HELD),
                        tuple(0.5, Outcome.HELD),
                        tuple(0.6 - 0.4, Outcome.HELD),
                        tuple(1.0, Outcome.HELD));
        assertThat(claims.get(claims.size() - 1).judge(values).estimate())
                .as("of the level for which C's generator has a member of the level")
                .isEqualTo(-1);
        assertThat(claims.get(9).judge(values).outcome())
                .as("there is no C-pathwise")
                .isEqualTo(Outcome.NOT_TESTED);
    }

    @Test
    void simulatedRuleHelpsWhereLevelsAreDoneAndLeavesEqualOnesAlone() {
        ShiftSimulation saturated = ShiftSimulation.of("", ShiftSimulation.SATURATED, ShiftSimulation.VISITS, FULL);
        // Three levels of uniform share: exp(-0.002 · 2000 / 6) each; the others are near 0.
        assertThat(saturated.uniformLoss()).isBetween(3 * Math.exp(-2 / 3.0), 3 * Math.exp(-2 / 3.0) + 1e-9);
        assertThat(saturated.judgement().outcome()).isEqualTo(Outcome.HELD);
        ShiftSimulation equal = ShiftSimulation.of("", List.of(0.004, 0.004, 0.004), ShiftSimulation.VISITS, FULL);
        assertThat(equal.gain()).isBetween(-0.01, 0.01);
        assertThat(equal.judgement().outcome()).isEqualTo(Outcome.NOT_HELD);
    }
}
