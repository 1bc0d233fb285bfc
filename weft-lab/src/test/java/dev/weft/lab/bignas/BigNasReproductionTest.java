package dev.weft.lab.bignas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.data.Augmentation;
import dev.weft.io.InputException;
import dev.weft.lab.ReproductionProgress;
import dev.weft.lab.ReproductionSettings;
import dev.weft.lab.Results;
import dev.weft.lab.Stripes;
import dev.weft.lab.study.TextTable;
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

class BigNasReproductionTest {
    @TempDir
    Path folder;

    private Path data;
    private final BigNasScale tiny = new BigNasScale(
            BigNasScale.model(
                    List.of(6, 8),
                    List.of(
                            BigNasScale.stage(List.of(4, 8), List.of(1, 2), List.of(3), 1),
                            BigNasScale.stage(List.of(8, 12), List.of(1, 2), List.of(3, 5), 2))),
            1,
            16,
            0.01,
            12,
            Augmentation.none(),
            2,
            2,
            1,
            2);
    private final BigNasReproduction reproduction = new BigNasReproduction(tiny, tiny);

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
    void runsEveryArmAndWritesTableVerdictsAndPage() throws IOException {
        Path out = folder.resolve("out");
        Results results = run(out, 2);
        assertThat(results.arms())
                .extracting(Results.Row::name)
                .containsExactly("A", "A, not recalibrated", "B", "B2", "C", "D", "D-distilled");
        assertThat(results.arms().get(0).metrics())
                .allSatisfy(m -> assertThat(m.values()).hasSize(2));
        // A and B2 have the same number of member-forwards: 4 steps of 4 members, 16 steps of one.
        assertThat(results.arms())
                .filteredOn(r -> List.of("A", "B2", "C").contains(r.name()))
                .allSatisfy(r -> assertThat(r.metrics().get(5).values()).containsOnly(16.0));
        assertThat(results.verdicts()).hasSize(9).extracting("outcome").doesNotContainNull();
        assertThat(results.report().claim()).startsWith("Smoke run: says nothing about the claim.");
        assertThat(results.seeds()).containsExactly(1L, 2L);
        assertThat(Files.readString(out.resolve("results.json")))
                .contains("\"smoke\": true", "\"standardDeviation\"", "\"secondsPerCandidate\"")
                .doesNotContain("null");
        PageText.assertPlain(out.resolve("report.html"));
        assertThat(Files.readString(out.resolve("report.html"))).contains("says nothing about the claim");
        assertThat(TextTable.lines(results.report()))
                .hasSize(8)
                .anySatisfy(line -> assertThat(line).startsWith("B2 ").contains(" ± "));
    }

    @Test
    void interruptedRunGoesOnAndGivesTheSameNumbers() throws IOException {
        Results whole = run(folder.resolve("whole"), 1);
        Path out = folder.resolve("stopped");
        assertThat(run(out, 1, new AtomicInteger(), 30)).isEmpty();
        assertThat(out.resolve("results.json")).doesNotExist();
        Map<Path, FileTime> before = resultFiles(out);
        assertThat(before).isNotEmpty().hasSizeLessThan(10);
        Results resumed = run(out, 1);
        assertThat(resultFiles(out)).containsAllEntriesOf(before);
        assertThat(accuracies(resumed)).isEqualTo(accuracies(whole));
    }

    @Test
    void finishedRunRepeatsNothing() throws IOException {
        Path out = folder.resolve("out");
        run(out, 1);
        Map<Path, FileTime> before = resultFiles(out);
        assertThat(before).hasSize(11); // ten arms and the search
        AtomicInteger asked = new AtomicInteger();
        assertThat(run(out, 1, asked, Integer.MAX_VALUE)).isPresent();
        assertThat(asked).hasValue(0);
        assertThat(resultFiles(out)).isEqualTo(before);
    }

    @Test
    void moreSeedsKeepWhatIsMeasured() throws IOException {
        Path out = folder.resolve("out");
        Results one = run(out, 1);
        assertThat(one.verdicts().subList(0, 8)).extracting("outcome").containsOnly(Outcome.UNDECIDED);
        assertThat(one.outcome()).as("one seed decides nothing").isEqualTo(Outcome.UNDECIDED);
        Map<Path, FileTime> before = resultFiles(out);
        run(out, 2);
        assertThat(resultFiles(out)).containsAllEntriesOf(before).hasSize(21);
    }

    @Test
    void folderOfOtherSettingsIsRefused() {
        Path out = folder.resolve("out");
        run(out, 1, new AtomicInteger(), 0);
        assertThatThrownBy(() -> reproduction.run(
                        new ReproductionSettings(1, false, data.toString(), null),
                        out,
                        ReproductionProgress.none(),
                        () -> true))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must hold an experiment with these settings");
        assertThatThrownBy(() -> run(folder, 1, new AtomicInteger(), 0))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must be a new or empty folder");
    }

    @Test
    void shippedScalesAreSpacesWithThreeDifferentSizes() {
        for (BigNasScale scale : List.of(BigNasScale.full(), BigNasScale.smoke())) {
            assertThat(BigNasMembers.SIZES.stream()
                            .map(size ->
                                    BigNasMembers.ofSize(size, scale.model().space())))
                    .doesNotHaveDuplicates();
            assertThat(BigNasMembers.random(scale.model().space(), scale.randomMembers(), scale.memberSeed()))
                    .hasSize(6)
                    .doesNotHaveDuplicates();
        }
        assertThat(BigNasArms.schedule(12).factor(8, 12)).isCloseTo(0.05, org.assertj.core.api.Assertions.within(1e-9));
        assertThat(BigNasArms.schedule(12).factor(11, 12)).isEqualTo(0.05);
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

    private static Map<String, List<Double>> accuracies(Results results) {
        Map<String, List<Double>> values = new LinkedHashMap<>();
        results.arms().forEach(row -> row.metrics().stream()
                .filter(m -> !m.unit().equals("s"))
                .forEach(m -> values.put(row.name() + "/" + m.name(), m.values())));
        return values;
    }
}
