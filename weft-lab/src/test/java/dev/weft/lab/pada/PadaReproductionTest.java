package dev.weft.lab.pada;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.lab.Judgement;
import dev.weft.lab.ReproductionProgress;
import dev.weft.lab.ReproductionSettings;
import dev.weft.lab.Results;
import dev.weft.lab.cells.GroundTruth;
import dev.weft.lab.cells.TinyTruth;
import dev.weft.report.ExperimentReport.Outcome;
import dev.weft.report.PageText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PadaReproductionTest {
    @TempDir
    Path folder;

    private final PadaScale tiny = new PadaScale(5, 1, 3, 4, 16, 0.05, 0.1, 10, 1);
    private GroundTruth truth;
    private PadaReproduction reproduction;

    @BeforeEach
    void makeUpTheTruth() throws IOException {
        truth = TinyTruth.in(folder.resolve("stripes"));
        reproduction = new PadaReproduction(tiny, tiny, truth);
    }

    private Optional<Results> run(Path out, int seeds, AtomicInteger asked, int stopAt) {
        return reproduction.run(
                new ReproductionSettings(seeds, true, truth.recipe().data().source(), null),
                out,
                ReproductionProgress.none(),
                () -> asked.incrementAndGet() > stopAt);
    }

    private Results run(Path out, int seeds) {
        return run(out, seeds, new AtomicInteger(), Integer.MAX_VALUE).orElseThrow();
    }

    private static double number(Results results, String arm, String metric) {
        return results.arms().stream()
                .filter(row -> row.name().equals(arm))
                .flatMap(row -> row.metrics().stream())
                .filter(m -> m.name().equals(metric))
                .findFirst()
                .orElseThrow()
                .values()
                .get(0);
    }

    @Test
    void runsEveryArmWithEquallyManyPassesAndWritesTableVerdictsAndPage() throws IOException {
        Path out = folder.resolve("out");
        Results results = run(out, 2);
        assertThat(results.arms()).extracting(Results.Row::name).containsExactlyElementsOf(PadaArms.ALL);
        for (String arm : PadaArms.ALL) {
            assertThat(number(results, arm, "passes")).as(arm).isEqualTo(20); // four steps an epoch
            assertThat(number(results, arm, "tr Var at the end")).as(arm).isPositive();
        }
        assertThat(number(results, PadaArms.BOTH, "entropy of operations")).isLessThan(Math.log(5));
        assertThat(number(results, PadaArms.DATA, "distinct examples of the next epoch"))
                .isLessThan(64);
        assertThat(results.verdicts())
                .hasSize(3 + 1 + 6 + 6 + 1)
                .extracting("outcome")
                .doesNotContainNull();
        assertThat(results.report().claim()).startsWith("Smoke run: says nothing about the claim.");
        assertThat(Files.readString(out.resolve("results.json"))).contains("\"smoke\": true", "\"surrogate\"");
        PageText.assertPlain(out.resolve("report.html"));
        assertThat(Files.readString(out.resolve("report.html")))
                .contains("says nothing about the claim", "nor_conv_3x3");
    }

    @Test
    void interruptedRunGoesOnAndGivesTheSameNumbers() throws IOException {
        Results whole = run(folder.resolve("whole"), 1);
        Path out = folder.resolve("stopped");
        assertThat(run(out, 1, new AtomicInteger(), 90)).isEmpty();
        assertThat(out.resolve("results.json")).doesNotExist();
        Map<Path, FileTime> before = resultFiles(out);
        assertThat(before).isNotEmpty();
        Results resumed = run(out, 1);
        assertThat(resultFiles(out)).containsAllEntriesOf(before);
        for (String arm : PadaArms.ALL) {
            for (String metric : List.of(PadaTable.TAU, "anchors, inherited", "tr Var at the end")) {
                assertThat(number(resumed, arm, metric)).as(arm).isEqualTo(number(whole, arm, metric));
            }
        }
    }

    @Test
    void statementsAreJudgedByWhatIsMeasured() {
        PadaProbe.Exact good = new PadaProbe.Exact(0.8, 0.9, 0.5);
        List<Judgement> exact = PadaTable.exact(List.of(List.of(good, good), List.of(good), List.of(good)));
        assertThat(exact).extracting(Judgement::outcome).containsOnly(Outcome.HELD);
        PadaProbe.Exact poor = new PadaProbe.Exact(0.99, 1.1, -0.5);
        assertThat(PadaTable.exact(List.of(List.of(poor), List.of(poor))))
                .extracting(Judgement::outcome)
                .containsOnly(Outcome.NOT_HELD);
        List<Judgement> lower = PadaTable.rankings(
                (arm, metric) -> arm.equals(PadaArms.UNIFORM) ? List.of(0.5, 0.6) : List.of(0.5 - 0.1, 0.6 - 0.1));
        assertThat(lower.get(0).outcome()).isEqualTo(Outcome.NOT_HELD);
    }

    @Test
    void otherDataThanTheTruthsIsRefused() {
        assertThatThrownBy(() -> reproduction.run(
                        new ReproductionSettings(1, true, "fashion-mnist-10k", null),
                        folder.resolve("out"),
                        ReproductionProgress.none(),
                        () -> false))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must be run on");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    /** Section 10 of the specification. */
    @Test
    void shippedScaleIsThatOfTheSpecification() {
        PadaScale full = PadaScale.full();
        PadaArms arms = new PadaArms(full, truth);
        assertThat(PadaArms.ALL.stream().map(arms::epochs)).containsExactly(15, 3, 15, 15, 15, 15, 15);
        assertThat(full.checkpoints(15)).containsExactly(5, 10, 15);
        assertThat(full.checkpoints(3)).containsExactly(1, 2, 3);
        assertThat(List.of(full.draws(), full.examples(), full.batchSize())).containsExactly(200, 256, 128);
    }

    @Test
    void smokeRunKeepsEnoughAnchorsForItsRegret() {
        assertThat(GroundTruth.load().every(PadaScale.smoke().anchorStep()).anchors())
                .hasSizeGreaterThanOrEqualTo(10);
    }

    private static Map<Path, FileTime> resultFiles(Path out) throws IOException {
        Map<Path, FileTime> times = new LinkedHashMap<>();
        try (Stream<Path> files = Files.list(out.resolve("results"))) {
            for (Path file : files.sorted().toList()) {
                times.put(file, Files.getLastModifiedTime(file));
            }
        }
        return times;
    }
}
