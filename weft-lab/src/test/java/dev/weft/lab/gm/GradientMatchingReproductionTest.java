package dev.weft.lab.gm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.lab.ReproductionProgress;
import dev.weft.lab.ReproductionSettings;
import dev.weft.lab.Results;
import dev.weft.lab.Stripes;
import dev.weft.lab.cells.GroundTruth;
import dev.weft.lab.cells.GroundTruth.Anchor;
import dev.weft.model.ModelDefinition;
import dev.weft.model.Presets;
import dev.weft.report.ExperimentReport.Outcome;
import dev.weft.report.PageText;
import dev.weft.space.Member;
import dev.weft.train.DataSettings;
import dev.weft.train.Recipe;
import dev.weft.tree.TreeRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GradientMatchingReproductionTest {
    @TempDir
    Path folder;

    private Path data;
    private final GmScale tiny = new GmScale(List.of(1, 2), 1, 1, 1, 16, 3, 1, 1, 1, 1);
    private GradientMatchingReproduction reproduction;

    /** Four classes of noisy stripes, as IDX files; ten members whose truth is made up. */
    @BeforeEach
    void writeData() throws IOException {
        data = Stripes.in(folder.resolve("stripes"), 76);
        Recipe shipped = GroundTruth.load().recipe();
        ModelDefinition model = Presets.named("cell-tiny");
        SplittableRandom random = new SplittableRandom(3);
        List<Anchor> anchors = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Member member = model.space().sample(random);
            anchors.add(new Anchor(member, 1, 10, 100, List.of(0.5 + i / 20.0, 0.51 + i / 21.0)));
        }
        Recipe recipe = new Recipe(
                "tiny",
                "",
                model,
                new DataSettings.Images(data.toString(), 12, 16, null, null, null).withSplitsOf(0),
                shipped.train().withEpochs(1));
        reproduction = new GradientMatchingReproduction(tiny, tiny, new GroundTruth(recipe, anchors));
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
        assertThat(results.arms()).extracting(Results.Row::name).containsExactlyElementsOf(GmArms.ALL);
        Map<String, Double> epochs = new LinkedHashMap<>();
        results.arms().forEach(row -> row.metrics().stream()
                .filter(m -> m.name().equals("supernet-epochs"))
                .forEach(m -> epochs.put(row.name(), m.values().get(0))));
        // 1 + 2 · 1 + 4 · 1; five operations of an epoch each.
        assertThat(epochs.values()).containsExactly(7.0, 7.0, 7.0, 5.0, 3.0, 1.0, 7.0);
        // Four steps an epoch; gradient matching also compares five operations of each edge that is left, three times.
        assertThat(passes(results, GmArms.EQUAL_COMPUTE)).isEqualTo(28);
        assertThat(passes(results, GmArms.RANDOM_PARTITION)).isEqualTo(28);
        assertThat(passes(results, GmArms.MATCHED)).isEqualTo(28 + 30 + 2 * 25);
        assertThat(results.verdicts()).hasSize(13).extracting("outcome").doesNotContainNull();
        assertThat(results.verdicts().get(0).outcome()).as("by construction").isEqualTo(Outcome.HELD);
        assertThat(results.report().claim()).startsWith("Smoke run: says nothing about the claim.");
        assertThat(Files.readString(out.resolve("results.json")))
                .contains("\"smoke\": true", "\"noiseFloor\"", "\"distances\"");
        PageText.assertPlain(out.resolve("report.html"));
        assertThat(Files.readString(out.resolve("report.html")))
                .contains("says nothing about the claim", "edge3-0", "3×3");
        TreeRecord matched = TreeRecord.of(out.resolve("runs/matching-seed-1")).orElseThrow();
        TreeRecord random =
                TreeRecord.of(out.resolve("runs/random-groups-seed-1")).orElseThrow();
        assertThat(GmArms.edges(random)).as("the same edges").isEqualTo(GmArms.edges(matched));
        TreeRecord fewShot = TreeRecord.of(out.resolve("runs/few-shot-seed-1")).orElseThrow();
        assertThat(fewShot.leaves()).hasSize(5);
    }

    private static double passes(Results results, String arm) {
        return results.arms().stream()
                .filter(row -> row.name().equals(arm))
                .flatMap(row -> row.metrics().stream())
                .filter(m -> m.name().equals("passes"))
                .mapToDouble(m -> m.values().get(0))
                .sum();
    }

    @Test
    void interruptedRunGoesOnAndGivesTheSameNumbers() throws IOException {
        Results whole = run(folder.resolve("whole"), 1);
        Path out = folder.resolve("stopped");
        assertThat(run(out, 1, new AtomicInteger(), 60)).isEmpty();
        assertThat(out.resolve("results.json")).doesNotExist();
        Map<Path, FileTime> before = resultFiles(out);
        assertThat(before).isNotEmpty();
        Results resumed = run(out, 1);
        assertThat(resultFiles(out)).containsAllEntriesOf(before);
        assertThat(numbers(resumed)).isEqualTo(numbers(whole));
        AtomicInteger asked = new AtomicInteger();
        assertThat(run(out, 1, asked, Integer.MAX_VALUE)).isPresent();
        assertThat(asked).as("a finished run repeats nothing").hasValue(0);
    }

    @Test
    void otherDataThanTheTruthsIsRefusedAndSoAreEpochs() {
        assertThatThrownBy(() -> reproduction.run(
                        new ReproductionSettings(1, true, "fashion-mnist-10k", null),
                        folder.resolve("out"),
                        ReproductionProgress.none(),
                        () -> false))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must be run on " + data);
        assertThatThrownBy(() -> reproduction.run(
                        new ReproductionSettings(1, true, data.toString(), 3),
                        folder.resolve("out"),
                        ReproductionProgress.none(),
                        () -> false))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("without epochs");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    /** Section 10 of the specification. */
    @Test
    void shippedScaleIsThatOfTheSpecification() {
        GmScale full = GmScale.full();
        GroundTruth truth = GroundTruth.load();
        GmArms arms = new GmArms(full, truth);
        assertThat(GmArms.ALL.stream().map(arms::supernetEpochs)).containsExactly(36, 36, 36, 35, 14, 6, 36);
        assertThat(full.repeats()).isEqualTo(10);
        assertThat(full.batchSize())
                .isEqualTo(truth.recipe().data().batchSize())
                .isEqualTo(64);
        assertThat(full.aloneEpochs()).isEqualTo(truth.recipe().train().epochs());
        assertThat(arms.alone(truth.members().get(0))
                        .recipe()
                        .with(truth.recipe().data(), truth.recipe().train()))
                .isEqualTo(truth.alone(truth.members().get(0))
                        .with(truth.recipe().data(), truth.recipe().train()));
        assertThat(GmWork.random(truth, full.randomMembers(), full.memberSeed()))
                .hasSize(20)
                .doesNotContainAnyElementsOf(truth.members());
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

    private static Map<String, List<Double>> numbers(Results results) {
        Map<String, List<Double>> values = new LinkedHashMap<>();
        results.arms().forEach(row -> row.metrics().stream()
                .filter(m -> !m.unit().equals("s"))
                .forEach(m -> values.put(row.name() + "/" + m.name(), m.values())));
        return values;
    }
}
