package dev.weft.lab.mos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.lab.ReproductionProgress;
import dev.weft.lab.ReproductionSettings;
import dev.weft.lab.Results;
import dev.weft.report.PageText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
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

class MosReproductionTest {
    @TempDir
    Path folder;

    private Path text;
    private final MosScale tiny = new MosScale(
            new ConflictRegression.Settings(List.of(2, 4), 5, 3, 2, 16, 0.02, 4),
            MosScale.model(8, 2, List.of(1, 2), List.of(0.5, 1.0, 2.0, 4.0)),
            8,
            2,
            16,
            0.01,
            2,
            4,
            4,
            2);
    private final MosReproduction reproduction = new MosReproduction(tiny, tiny);

    @BeforeEach
    void writeText() throws IOException {
        SplittableRandom random = new SplittableRandom(3);
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < 400; i++) {
            words.append(List.of("abc", "def", "ghi", "jkl").get(random.nextInt(4)));
        }
        text = Files.writeString(folder.resolve("text.txt"), words);
    }

    private Optional<Results> run(Path out, int seeds, AtomicInteger asked, int stopAt) {
        return reproduction.run(
                new ReproductionSettings(seeds, true, text.toString(), null),
                out,
                ReproductionProgress.none(),
                () -> asked.incrementAndGet() > stopAt);
    }

    private Results run(Path out, int seeds) {
        return run(out, seeds, new AtomicInteger(), Integer.MAX_VALUE).orElseThrow();
    }

    @Test
    void runsEveryArmAndWritesTableVerdictsPicturesAndRouting() throws IOException {
        Path out = folder.resolve("out");
        Results results = run(out, 2);
        assertThat(results.verdicts()).hasSize(11);
        assertThat(results.arms()).hasSize(7);
        assertThat(results.seeds()).containsExactly(1L, 2L);
        // 8 steps of 16 windows in each of two epochs, three members a step; the halves have one epoch each.
        assertThat(results.arms().get(1).metrics().get(7).values()).containsOnly(48.0);
        assertThat(results.arms().get(4).metrics())
                .filteredOn(m -> m.name().equals("member-forwards"))
                .allSatisfy(m -> assertThat(m.values()).containsOnly(48.0));
        assertThat(results.report().claim()).startsWith("Smoke run: says nothing about the claim.");
        assertThat(Files.readString(out.resolve("results.json")))
                .contains("\"smoke\": true", "\"routing\"", "\"inWindow\"", "\"cosine\"")
                .doesNotContain("null");
        PageText.assertPlain(out.resolve("report.html"));
        assertThat(Files.readString(out.resolve("report.html")))
                .contains("says nothing about the claim", "<figure class=\"plot\">", "<table class=\"heat\">");
    }

    @Test
    void routersTellMembersApartUnlessTheyAreBlind() {
        Results results = run(folder.resolve("out"), 1);
        Map<String, MosRouting> routing = ((MosReproduction.Extra) results.extra()).routing();
        assertThat(routing.get("layer-wise").layers()).hasSize(2).allSatisfy(layer -> {
            assertThat(layer.name()).endsWith("fc1.weight");
            assertThat(layer.variance()).isPositive();
            assertThat(layer.cosine()).isLessThan(0.99);
        });
        assertThat(routing.get("layer-wise").layers().get(1).mean())
                .as("members of one block have no second one")
                .containsOnlyKeys("2x8", "2x16", "2x4", "2x32");
        assertThat(routing.get("neuron-wise").layers())
                .extracting(MosRouting.Layer::name)
                .containsExactly(
                        "blocks.0.mlp.fc1.weight",
                        "blocks.0.mlp.fc2.weight",
                        "blocks.1.mlp.fc1.weight",
                        "blocks.1.mlp.fc2.weight");
        assertThat(routing.get("neuron-wise").layers().get(0).spread().get("1x4"))
                .isPositive();
        assertThat(routing.get("fixed-input").layers())
                .allSatisfy(layer -> assertThat(layer.variance()).isCloseTo(0, within(1e-12)));
    }

    @Test
    void interruptedRunGoesOnAndGivesTheSameNumbers() throws IOException {
        Results whole = run(folder.resolve("whole"), 1);
        Path out = folder.resolve("stopped");
        assertThat(run(out, 1, new AtomicInteger(), 40)).isEmpty();
        assertThat(out.resolve("results.json")).doesNotExist();
        Map<Path, FileTime> before = resultFiles(out);
        assertThat(before).isNotEmpty();
        Results resumed = run(out, 1);
        assertThat(resultFiles(out)).containsAllEntriesOf(before);
        assertThat(Json.write(resumed.extra())).isEqualTo(Json.write(whole.extra()));
    }

    @Test
    void finishedRunRepeatsNothing() throws IOException {
        Path out = folder.resolve("out");
        run(out, 1);
        Map<Path, FileTime> before = resultFiles(out);
        assertThat(before).hasSize(4 + 2 * 11 + 1); // regressions, arms with what is drawn of them, the search
        AtomicInteger asked = new AtomicInteger();
        assertThat(run(out, 1, asked, Integer.MAX_VALUE)).isPresent();
        assertThat(asked).hasValue(0);
        assertThat(resultFiles(out)).isEqualTo(before);
    }

    @Test
    void imagesAreRefusedAndLeaveNoFolder() {
        Path out = folder.resolve("out");
        assertThatThrownBy(() -> reproduction.run(
                        new ReproductionSettings(1, true, "fashion-mnist-10k", null),
                        out,
                        ReproductionProgress.none(),
                        () -> false))
                .isInstanceOf(InputException.class);
        assertThat(out).doesNotExist();
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
