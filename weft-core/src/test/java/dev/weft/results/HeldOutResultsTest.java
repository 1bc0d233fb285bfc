package dev.weft.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.data.ImageDataset;
import dev.weft.data.InMemoryImages;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.model.NamedMember;
import dev.weft.pick.TinyRun;
import dev.weft.pick.TinyTextRun;
import dev.weft.recipe.Recipes;
import dev.weft.report.HeldOutResult;
import dev.weft.report.RunReport;
import dev.weft.train.Evaluation;
import dev.weft.train.Trainer;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeldOutResultsTest {
    @TempDir
    Path folder;

    @Test
    void predictionsAgreeWithTheAccuracyAndShowTheExamplesAsTheyAre() throws Exception {
        Path run = folder.resolve("run");
        String recipe = TinyRun.recipe(folder.resolve("tiny.yaml"), TinyRun.data(folder.resolve("data")), 1)
                .toString();
        try (Trainer trainer = Trainer.start(Recipes.read(recipe), run, 1)) {
            trainer.run();
            ImageDataset report = (ImageDataset) trainer.splits().report();
            HeldOutResults.record(run, trainer.family(), List.of("largest", "smallest"), report);

            List<HeldOutResult> found = HeldOutResults.of(run);
            assertThat(found).hasSize(2);
            for (HeldOutResult result : found) {
                NamedMember named = trainer.family().members().values().stream()
                        .filter(member -> member.member().toString().equals(result.member()))
                        .findFirst()
                        .orElseThrow();
                assertThat(result.quality())
                        .isCloseTo(
                                Evaluation.accuracy(trainer.family(), named.member(), named.statistics(), report),
                                within(1e-9));
                HeldOutResult.Predictions predictions = result.predictions();
                assertThat(predictions.counts().stream()
                                .mapToInt(HeldOutResult.Count::examples)
                                .sum())
                        .isEqualTo(report.size());
                for (int c = 0; c < 3; c++) {
                    int label = c;
                    assertThat(predictions.counts().stream()
                                    .filter(count -> count.truth() == label)
                                    .mapToInt(HeldOutResult.Count::examples)
                                    .sum())
                            .isEqualTo(report.classCounts().get(c));
                }
                assertThat(predictions.wrong())
                        .allSatisfy(p -> assertThat(p.predicted()).isNotEqualTo(p.truth()));
                assertThat(predictions.wrong())
                        .extracting(p -> -p.probability())
                        .isSorted();
                assertThat(predictions.right()).isNotEmpty().allSatisfy(p -> assertThat(p.predicted())
                        .isEqualTo(p.truth()));
                HeldOutResult.Picture picture = predictions.right().get(0);
                int index = IntStream.range(0, report.size())
                        .filter(i -> report.id(i).equals(picture.id()))
                        .findFirst()
                        .orElseThrow();
                byte[] pixels = report.content(index);
                BufferedImage shown = ImageIO.read(
                        new ByteArrayInputStream(Base64.getDecoder().decode(picture.png())));
                for (int p = 0; p < pixels.length; p++) {
                    assertThat(shown.getRaster().getSample(p % 8, p / 8, 0)).isEqualTo(pixels[p] & 0xFF);
                }
            }

            HeldOutResults.record(run, trainer.family(), List.of("largest"), report);
            assertThat(HeldOutResults.of(run))
                    .as("measured again, a member is not listed twice")
                    .hasSize(2)
                    .last()
                    .isEqualTo(found.get(0));
        }
        RunReport report = RunReports.of(run);
        assertThat(report.measured().heldOut())
                .extracting(RunReport.HeldOut::name)
                .containsExactly("largest", "smallest");
        assertThat(Files.readString(run.resolve("held-out.json"))).contains("formatVersion");
    }

    @Test
    void oldMembersMakeRoom() throws Exception {
        List<HeldOutResult> many = IntStream.range(0, 9)
                .mapToObj(i -> new HeldOutResult(
                        "width=" + i, 10, 0.5, new HeldOutResult.Predictions(List.of(), List.of(), List.of()), null))
                .toList();
        for (HeldOutResult one : many) {
            HeldOutResults.note(folder, List.of(one));
        }
        assertThat(HeldOutResults.of(folder))
                .extracting(HeldOutResult::member)
                .containsExactly("width=3", "width=4", "width=5", "width=6", "width=7", "width=8");
        Path file = folder.resolve("held-out.json");
        Files.writeString(file, Json.write(new HeldOutResults.Document(7, List.of())));
        assertThatThrownBy(() -> HeldOutResults.of(folder))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("in format 7");
    }

    @Test
    void sampleTextIsTheSameForTheSameWeights() {
        Path run = folder.resolve("run");
        String recipe = TinyTextRun.recipe(
                        folder.resolve("tiny.yaml"), TinyTextRun.text(folder.resolve("text.txt"), 1), 1)
                .toString();
        try (Trainer trainer = Trainer.start(Recipes.read(recipe), run, 1)) {
            trainer.run();
            HeldOutResults.record(
                    run, trainer.family(), List.of("largest"), trainer.splits().report());
            List<HeldOutResult> first = HeldOutResults.of(run);
            HeldOutResults.record(
                    run, trainer.family(), List.of("largest"), trainer.splits().report());
            assertThat(HeldOutResults.of(run)).isEqualTo(first);
            HeldOutResult.SampleText sample = first.get(0).sample();
            assertThat(sample.text()).hasSize(240).matches("[a-l]+");
            assertThat(sample.prompt()).isNotEmpty();
            NamedMember largest = trainer.family().members().get("largest");
            assertThat(first.get(0).quality())
                    .isEqualTo(Evaluation.loss(
                            trainer.family(),
                            largest.member(),
                            largest.statistics(),
                            trainer.splits().report()));
        }
    }

    /** Test folders list one class after another. */
    @Test
    void aPartOfALargeSplitHasEveryClass() {
        int[] labels = IntStream.range(0, 25_000).map(i -> i / 5_000).toArray();
        ImageDataset large = InMemoryImages.of(
                "large",
                List.of("a", "b", "c", "d", "e"),
                1,
                1,
                1,
                new byte[labels.length],
                labels,
                IntStream.range(0, labels.length).mapToObj(String::valueOf).toList());
        assertThat(HeldOutResults.some(large).classCounts()).containsExactly(2000, 2000, 2000, 2000, 2000);
    }
}
