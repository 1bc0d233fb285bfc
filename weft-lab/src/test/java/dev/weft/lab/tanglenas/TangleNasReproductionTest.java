package dev.weft.lab.tanglenas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.data.DataCatalog;
import dev.weft.data.ImageParts;
import dev.weft.data.ImageSplits;
import dev.weft.io.InputException;
import dev.weft.lab.ReproductionProgress;
import dev.weft.lab.ReproductionSettings;
import dev.weft.lab.Results;
import dev.weft.lab.Stripes;
import dev.weft.lab.pada.PadaReproduction;
import dev.weft.lab.study.TextTable;
import dev.weft.model.ConvNet;
import dev.weft.report.ExperimentReport.Outcome;
import dev.weft.report.PageText;
import dev.weft.weight.Sharing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TangleNasReproductionTest {
    private static final int SIDE = 8;
    private static final int TRAIN = 76;
    private static final int SELECTION = 12;

    @TempDir
    Path folder;

    private Path data;
    private final TangleNasScale tiny = scale(1);
    private final TangleNasReproduction reproduction = new TangleNasReproduction(tiny, tiny);

    private static TangleNasScale scale(int separateSeeds) {
        ConvNet model = net(List.of(2, 4), List.of(3, 5));
        return new TangleNasScale(
                model,
                net(List.of(2, 4), List.of(3)),
                1,
                16,
                SELECTION,
                0.05,
                0.05,
                0.1,
                Sharing.Norm.FULL,
                2,
                1,
                4,
                2,
                1,
                2,
                2,
                1,
                0.5,
                separateSeeds,
                3);
    }

    private static ConvNet net(List<Integer> width, List<Integer> kernels) {
        return new ConvNet(
                null,
                SIDE,
                List.of(
                        TangleNasScale.conv(width, kernels, true),
                        TangleNasScale.conv(List.of(4, 8), List.of(3), false)),
                true,
                List.of());
    }

    /** Four classes of noisy stripes, as IDX files. */
    @BeforeEach
    void writeData() throws IOException {
        data = Stripes.in(folder.resolve("stripes"), TRAIN);
    }

    private Optional<Results> run(Path out, int seeds, boolean maps, AtomicInteger asked, int stopAt) {
        return reproduction.run(
                new ReproductionSettings(seeds, true, data.toString(), null, maps),
                out,
                ReproductionProgress.none(),
                () -> asked.incrementAndGet() > stopAt);
    }

    private Results run(Path out, int seeds, boolean maps) {
        return run(out, seeds, maps, new AtomicInteger(), Integer.MAX_VALUE).orElseThrow();
    }

    @Test
    void runsEveryArmAndWritesTableVerdictsAndPage() throws IOException {
        Path out = folder.resolve("out");
        Results results = run(out, 2, false);
        assertThat(results.arms())
                .extracting(Results.Row::name)
                .containsExactly("A", "A-budget", "B", "C-random", "C-evolution", "D", "D-matched", "largest");
        assertThat(results.arms())
                .filteredOn(r -> !r.name().equals("B"))
                .allSatisfy(r -> assertThat(r.metrics().get(0).values()).hasSize(2));
        assertThat(results.arms().get(2).metrics().get(0).values())
                .as("separate weights were searched with one seed")
                .hasSize(1);
        assertThat(results.verdicts()).hasSize(9).extracting("outcome").doesNotContainNull();
        assertThat(results.verdicts().get(0).outcome())
                .as("weights are counted")
                .isEqualTo(Outcome.HELD);
        assertThat(results.report().claim()).startsWith("Smoke run: says nothing about the claim.");
        assertThat(results.seeds()).containsExactly(1L, 2L);
        assertThat(Files.readString(out.resolve("results.json")))
                .contains("\"smoke\": true", "\"curves\"", "\"smallSpace\"", "conv1.kernel=5")
                .doesNotContain("null");
        PageText.assertPlain(out.resolve("report.html"));
        assertThat(Files.readString(out.resolve("report.html")))
                .contains("says nothing about the claim", "Mixing weights of conv1.width", "<polyline");
        assertThat(TextTable.lines(results.report()))
                .hasSize(9)
                .anySatisfy(line -> assertThat(line).startsWith("C-random ").contains(" ± "));
    }

    @Test
    void curveOfTheSearchHasEveryOptionAndSumsToOne() {
        Measurements measured =
                (Measurements) run(folder.resolve("out"), 1, false).extra();
        SearchCurve curve = measured.seedResults().get(0).curves().get(0);
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
        Chosen byGradient = measured.seedResults().get(0).chosenBy("A");
        double three = curve.weights().get("conv1.kernel=3").get(1).value();
        assertThat(byGradient.member()).contains(three > 0.5 ? "conv1.kernel=3" : "conv1.kernel=5");
    }

    @Test
    void interruptedRunGoesOnAndGivesTheSameNumbers() throws IOException {
        Results whole = run(folder.resolve("whole"), 1, false);
        for (int stopAt : List.of(5, 40, 75)) {
            Path out = folder.resolve("stopped-" + stopAt);
            assertThat(run(out, 1, false, new AtomicInteger(), stopAt)).isEmpty();
            assertThat(out.resolve("results.json")).doesNotExist();
            Map<Path, FileTime> before = resultFiles(out);
            Results resumed = run(out, 1, false);
            assertThat(resultFiles(out)).containsAllEntriesOf(before);
            assertThat(accuracies(resumed)).isEqualTo(accuracies(whole));
        }
    }

    @Test
    void finishedRunRepeatsNothingAndMapsAndSeedsAreAdded() throws IOException {
        Path out = folder.resolve("out");
        run(out, 1, false);
        Map<Path, FileTime> before = resultFiles(out);
        AtomicInteger asked = new AtomicInteger();
        assertThat(run(out, 1, false, asked, Integer.MAX_VALUE)).isPresent();
        assertThat(asked).hasValue(0);
        assertThat(resultFiles(out)).isEqualTo(before);
        Results more = run(out, 2, true);
        assertThat(resultFiles(out)).containsAllEntriesOf(before);
        assertThat(more.arms()).extracting(Results.Row::name).contains("A-softmax", "A-sparsemax", "A-gumbel");
    }

    @Test
    void singlePathTrainsAndIsChosenByOnTheTrainingImagesAlone() {
        ImageParts parts = DataCatalog.open(data.toString());
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

    @Test
    void bigNasHasNoMaps() {
        assertThatThrownBy(() -> new PadaReproduction()
                        .run(
                                new ReproductionSettings(1, true, data.toString(), null, true),
                                folder.resolve("out"),
                                ReproductionProgress.none(),
                                () -> true))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("without maps");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    private static Map<Path, FileTime> resultFiles(Path out) throws IOException {
        Map<Path, FileTime> times = new LinkedHashMap<>();
        if (!Files.exists(out.resolve("results"))) {
            return times;
        }
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
                .filter(m -> !m.unit().equals("s") && !m.unit().equals("ms"))
                .forEach(m -> values.put(row.name() + "/" + m.name(), m.values())));
        return values;
    }
}
