package dev.weft.lab.shiftnas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.lab.ArmResult;
import dev.weft.lab.ReproductionProgress;
import dev.weft.lab.ReproductionSettings;
import dev.weft.lab.Results;
import dev.weft.lab.Stripes;
import dev.weft.lab.study.TextTable;
import dev.weft.model.ImageInput;
import dev.weft.report.ExperimentReport.Outcome;
import dev.weft.report.PageText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShiftNasReproductionTest {
    private static final int SIDE = 8;
    private static final int STEPS = 6;

    @TempDir
    Path folder;

    private Path data;
    private final ShiftNasScale tiny = new ShiftNasScale(
            ShiftNasScale.model(
                    SIDE, List.of(ShiftNasScale.stage(List.of(2, 3, 6), 1), ShiftNasScale.stage(List.of(4, 6, 10), 2))),
            4,
            2,
            16,
            0.05,
            12,
            16,
            30,
            1e-3,
            0.05,
            2,
            0.2,
            200,
            2,
            2,
            3,
            7);
    private final ShiftNasReproduction reproduction = new ShiftNasReproduction(tiny, tiny);

    /** Four classes of noisy stripes, as IDX files. */
    @BeforeEach
    void writeData() throws IOException {
        data = Stripes.in(folder.resolve("stripes"), 76);
    }

    private Optional<Results> run(Path out, int seeds, AtomicInteger asked, int stopAt) {
        return reproduction.run(
                new ReproductionSettings(seeds, true, data.toString(), null),
                out,
                ReproductionProgress.none(),
                () -> asked.incrementAndGet() > stopAt);
    }

    private Results run(Path out, int seeds) {
        return run(out, seeds, new AtomicInteger(), Integer.MAX_VALUE).orElseThrow();
    }

    @Test
    void runsEveryArmForEquallyManyUpdatesAndWritesTableVerdictsAndPage() throws IOException {
        Path out = folder.resolve("out");
        Results results = run(out, 2);
        assertThat(results.arms())
                .extracting(Results.Row::name)
                .containsExactly("A", "B", "C", "C-pathwise", "D")
                .isEqualTo(ShiftNasArms.NAMES);
        for (String arm : ShiftNasArms.NAMES) {
            ArmResult result = Json.read(out.resolve("results/" + arm + "-seed-2.json"), ArmResult.class);
            assertThat(result.steps()).isEqualTo(STEPS);
            assertThat(IntStream.range(0, 4)
                            .mapToDouble(k -> result.value(ShiftNasMeasurement.visits(k)))
                            .sum())
                    .as("every step is a visit of arm " + arm)
                    .isEqualTo(STEPS);
        }
        assertThat(results.verdicts()).hasSize(14).extracting("outcome").doesNotContainNull();
        assertThat(results.report().claim()).startsWith("Smoke run: says nothing about the claim.");
        assertThat(Files.readString(out.resolve("results.json")))
                .contains("\"smoke\": true", "\"curves\"", "\"simulations\"", "stage1.kernel=")
                .doesNotContain("null");
        PageText.assertPlain(out.resolve("report.html"));
        assertThat(Files.readString(out.resolve("report.html")))
                .contains("says nothing about the claim", "Visits by cost level", "<polyline");
        assertThat(TextTable.lines(results.report())).hasSize(6);
    }

    @Test
    void choicesAreOfTheLevelsThatRandomMembersWereDrawnFromAndProbabilitiesMove() {
        Measurements measured = (Measurements) run(folder.resolve("out"), 1).extra();
        assertThat(measured.choices()).hasSize(4).allSatisfy(c -> assertThat(c.picks())
                .hasSize(4));
        assertThat(measured.choices().get(0).arm()).isEqualTo("A");
        assertThat(measured.choices().get(0).picks())
                .allSatisfy(p -> assertThat(p.found()).isEqualTo(p.level()));
        assertThat(measured.levels().stream()
                        .mapToDouble(Measurements.Level::share)
                        .sum())
                .isBetween(1 - 1e-9, 1 + 1e-9);
        assertThat(measured.levels().stream()
                        .mapToInt(Measurements.Level::members)
                        .sum())
                .as("every member is of one level")
                .isEqualTo(tiny.model().space().count().intValue());
        List<Measurements.Moment> moments = measured.curves().get(0).moments();
        assertThat(moments).hasSize(2);
        assertThat(moments.get(1).probabilities())
                .as("two updates of the logits")
                .isNotEqualTo(moments.get(0).probabilities());
    }

    @Test
    void interruptedRunGoesOnAndGivesTheSameNumbers() throws IOException {
        Results whole = run(folder.resolve("whole"), 1);
        for (int stopAt : List.of(3, 12, 25, 45)) {
            Path out = folder.resolve("stopped-" + stopAt);
            assertThat(run(out, 1, new AtomicInteger(), stopAt)).isEmpty();
            assertThat(out.resolve("results.json")).doesNotExist();
            Map<Path, FileTime> before = documents(out);
            Results resumed = run(out, 1);
            assertThat(documents(out)).containsAllEntriesOf(before);
            assertThat(numbers(resumed)).isEqualTo(numbers(whole));
            assertThat(visits(out)).isEqualTo(visits(folder.resolve("whole")));
        }
    }

    @Test
    void finishedRunRepeatsNothingAndSeedsAreAdded() throws IOException {
        Path out = folder.resolve("out");
        run(out, 1);
        Map<Path, FileTime> before = documents(out);
        AtomicInteger asked = new AtomicInteger();
        assertThat(run(out, 1, asked, Integer.MAX_VALUE)).isPresent();
        assertThat(asked).hasValue(0);
        assertThat(documents(out)).isEqualTo(before);
        assertThat(run(out, 2).seeds()).containsExactly(1L, 2L);
        assertThat(documents(out)).containsAllEntriesOf(before);
    }

    @Test
    void hasNoMaps() {
        assertThatThrownBy(() -> reproduction.run(
                        new ReproductionSettings(1, true, data.toString(), null, true),
                        folder.resolve("out"),
                        ReproductionProgress.none(),
                        () -> true))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("without maps");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void fullSpaceHasTwoStarvedLevelsBeforeAnyTraining() {
        ShiftNasScale full = ShiftNasScale.full();
        LevelledSpace space = new LevelledSpace(
                full.model()
                        .withInput(new ImageInput(
                                1,
                                28,
                                List.of(0.3),
                                List.of(0.3),
                                List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j"))),
                full.levels());
        assertThat(space.space().count()).isEqualTo(13_824);
        assertThat(space.starved()).containsExactly(4, 5);
        assertThat(space.shares().get(5) * 13_824)
                .as("all members are equally likely")
                .isBetween(28.99, 29.01);
        assertThat(space.size(5)).isEqualTo(29);
    }

    @Test
    void visitsThatFollowTheSharesHoldAndOthersDoNot() {
        List<Double> shares = List.of(0.5, 0.3, 0.2);
        assertThat(ShiftNasTable.visits(List.of(510.0, 290.0, 200.0), shares).outcome())
                .isEqualTo(Outcome.HELD);
        assertThat(ShiftNasTable.visits(List.of(333.0, 333.0, 334.0), shares).outcome())
                .isEqualTo(Outcome.NOT_HELD);
    }

    @Test
    void statementsAreAboutStarvedLevelsOtherLevelsAndAllOfThem() {
        // C is 2 above A on the starved level 2 and 1 below it elsewhere; 0.5 above B everywhere.
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("A level1.accuracy", 80.0);
        values.put("A level2.accuracy", 70.0);
        values.put("B level1.accuracy", 78.5);
        values.put("B level2.accuracy", 71.5);
        values.put("C level1.accuracy", 79.0);
        values.put("C level2.accuracy", 72.0);
        values.put("C level1.probability", 0.4);
        values.put("C level2.probability", 0.6);
        values.put("C level1.meanLossChange", -0.01);
        values.put("C level2.meanLossChange", -0.02);
        ShiftNasTable.Values all = (arm, metric) -> {
            double value = metric.equals(ShiftNasMeasurement.HITS)
                    ? arm.equals("B") ? 95 : 80
                    : values.getOrDefault(arm + " " + metric, 50.0);
            return List.of(value, value);
        };
        assertThat(ShiftNasTable.judgements(all, List.of(1), List.of(0)).subList(0, 7))
                .extracting("mean", "outcome")
                .containsExactly(
                        tuple(95.0, Outcome.HELD),
                        tuple(80.0, Outcome.NOT_HELD),
                        tuple(2.0, Outcome.HELD),
                        tuple(-1.0, Outcome.NOT_HELD),
                        tuple(0.5, Outcome.HELD),
                        tuple(0.6 - 0.4, Outcome.HELD),
                        tuple(1.0, Outcome.HELD));
    }

    @Test
    void simulatedRuleHelpsWhereLevelsAreDoneAndLeavesEqualOnesAlone() {
        ShiftNasScale full = ShiftNasScale.full();
        ShiftSimulation saturated = ShiftSimulation.of("", ShiftSimulation.SATURATED, ShiftSimulation.VISITS, full);
        // Three levels of uniform share: exp(-0.002 · 2000 / 6) each; the others are near 0.
        assertThat(saturated.uniformLoss()).isBetween(3 * Math.exp(-2 / 3.0), 3 * Math.exp(-2 / 3.0) + 1e-9);
        assertThat(saturated.judgement().outcome()).isEqualTo(Outcome.HELD);
        ShiftSimulation equal = ShiftSimulation.of("", List.of(0.004, 0.004, 0.004), ShiftSimulation.VISITS, full);
        assertThat(equal.gain()).isBetween(-0.01, 0.01);
        assertThat(equal.judgement().outcome()).isEqualTo(Outcome.NOT_HELD);
    }

    private static Map<Path, FileTime> documents(Path out) throws IOException {
        Map<Path, FileTime> times = new LinkedHashMap<>();
        try (Stream<Path> files = Files.list(out.resolve("results"))) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                times.put(file, Files.getLastModifiedTime(file));
            }
        }
        return times;
    }

    private static List<List<Byte>> visits(Path out) throws IOException {
        List<List<Byte>> all = new ArrayList<>();
        for (String arm : ShiftNasArms.NAMES) {
            List<Byte> bytes = new ArrayList<>();
            for (byte one : Files.readAllBytes(out.resolve("results/visits-" + arm + "-seed-1.bin"))) {
                bytes.add(one);
            }
            all.add(bytes);
        }
        return all;
    }

    private static Map<String, List<Double>> numbers(Results results) {
        Map<String, List<Double>> values = new LinkedHashMap<>();
        results.arms().forEach(row -> row.metrics().stream()
                .filter(m -> !m.unit().equals("s"))
                .forEach(m -> values.put(row.name() + "/" + m.name(), m.values())));
        return values;
    }
}
