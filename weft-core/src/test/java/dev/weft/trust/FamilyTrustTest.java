package dev.weft.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.cost.CountedCosts;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.model.Family;
import dev.weft.nn.MemberStatistics;
import dev.weft.pick.FamilyData;
import dev.weft.pick.TinyRun;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.Recipes;
import dev.weft.space.Member;
import dev.weft.train.Evaluation;
import dev.weft.train.StoredRun;
import dev.weft.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FamilyTrustTest {
    private static final long SEED = 5;
    private static final TrustProgress NONE = (phase, done, total, unit, detail) -> {};

    @TempDir
    static Path folder;

    private static Path family;
    private static Recipe recipe;

    /** Hardly trained, so that members differ. */
    @BeforeAll
    static void train() throws IOException {
        Path file = TinyRun.recipe(folder.resolve("tiny.yaml"), TinyRun.data(folder.resolve("data")), 1);
        Files.writeString(file, Files.readString(file).replace("learningRate: 0.05", "learningRate: 0.004"));
        recipe = Recipes.read(file.toString());
        Path run = folder.resolve("run");
        try (Trainer trainer = Trainer.start(recipe, run, 1)) {
            trainer.run();
        }
        family = run.resolve("family.safetensors");
    }

    private static FamilyTrust open() {
        return FamilyTrust.open(family, FamilyTrust.Settings.of(SEED));
    }

    private static List<Member> anchors(FamilyTrust trust, int count) {
        return Anchors.stratified(trust.family().plan(), count, "macs", SEED);
    }

    private static TrustDocument complete(Path out, int count, int trainings) {
        return run(out, count, trainings, () -> false, NONE);
    }

    private static TrustDocument run(Path out, int count, int trainings, BooleanSupplier stop, TrustProgress progress) {
        try (FamilyTrust trust = open()) {
            return trust.train(anchors(trust, count), recipe, trainings, SEED, out, stop, progress)
                    .orElse(null);
        }
    }

    @Test
    void anchorsAreTrainedAloneAndComparedWithWhatTheyInherit() throws IOException {
        Path out = folder.resolve("whole");
        TrustDocument document = complete(out, 6, 2);
        assertThat(document.members()).hasSize(6);
        assertThat(document.report().trainings()).isEqualTo(2);
        try (Family opened = Family.open(family);
                CountedCosts costs = new CountedCosts(opened.definition())) {
            FamilyData data = FamilyData.asTrained(opened);
            for (TrustDocument.Anchor anchor : document.members()) {
                Member member = opened.member(anchor.member());
                assertThat(anchor.cost()).isEqualTo(costs.of(member).macs());
                assertThat(anchor.baselines())
                        .containsEntry("params", (double) costs.of(member).params())
                        .containsEntry("macs", (double) costs.of(member).macs())
                        .containsAllEntriesOf(
                                new GradientNorm(opened.definition(), data.training()).measure(member, "gradientNorm"));
                try (MemberStatistics statistics = Evaluation.calibrate(
                        opened, member, data.training(), data.calibrationBatches(), data.batchSize())) {
                    assertThat(anchor.inherited())
                            .isCloseTo(
                                    100
                                            * Evaluation.accuracy(
                                                    opened,
                                                    member,
                                                    statistics,
                                                    data.selection().orElseThrow()),
                                    within(1e-9));
                }
            }
        }
        List<Double> scores =
                document.members().stream().map(TrustDocument.Anchor::inherited).toList();
        List<Double> truths = document.members().stream()
                .map(anchor -> Ranking.mean(anchor.alone()))
                .toList();
        assertThat(document.report().parts().get(0).quality()).isEqualTo(RankQuality.of(scores, truths, SEED));
        assertThat(document.gap().mean().value())
                .isCloseTo(
                        truths.stream().mapToDouble(v -> v).average().orElseThrow()
                                - scores.stream().mapToDouble(v -> v).average().orElseThrow(),
                        within(1e-9));
        assertThat(document.gap().levels()).extracting(CostGap.Level::members).containsExactly(2, 2, 2);
        // The tables say the same, and weft trust --scores --truth reads them.
        Ranking read = ScoreTable.rank(
                ScoreTable.read(out.resolve("inherited.csv"), "member", "score"),
                ScoreTable.read(out.resolve("anchors.csv"), "member", "score"),
                false);
        assertThat(read.trainingsEach()).isEqualTo(2);
        assertThat(RankCorrelation.kendall(read.scores(), read.truths()))
                .isEqualTo(Double.valueOf(
                        document.report().parts().get(0).quality().tau().value()));
    }

    /** The folder of each training is a run that ends in what a call of the trainer gives: the splits are the family's. */
    @Test
    void everyTrainingHasTheFamilysSplitsAndItsOwnSeed() {
        Path out = folder.resolve("splits");
        complete(out, 3, 2);
        Path first = out.resolve("trainings/anchor-001-training-1");
        Path second = out.resolve("trainings/anchor-001-training-2");
        assertThat(StoredRun.settings(first).seed()).isEqualTo(SEED);
        assertThat(StoredRun.settings(second).seed()).isEqualTo(SEED + 1);
        assertThat(StoredRun.settings(second).splits())
                .isEqualTo(StoredRun.settings(first).splits())
                .isEqualTo(StoredRun.settings(family.getParent()).splits());
    }

    /** Stopped between two trainings, then inside of one; killed inside of another; a training that was finished is not touched. */
    @Test
    void whatWasStoppedOrKilledGoesOnWithTheSameNumbers() throws IOException {
        TrustDocument whole = complete(folder.resolve("never stopped"), 3, 2);
        Path out = folder.resolve("stopped");
        AtomicInteger asked = new AtomicInteger();
        assertThat(run(out, 3, 2, () -> asked.getAndIncrement() == 0, NONE)).isNull();
        assertThat(finished(out)).isEmpty();
        asked.set(0);
        assertThat(run(out, 3, 2, () -> asked.getAndIncrement() == 17, NONE)).isNull();
        Map<Path, FileTime> once = finished(out);
        assertThat(once).hasSize(1);
        TrustProgress killer = (phase, done, total, unit, detail) -> {
            if (done == 38) { // of 60 steps: between two checkpoints of the fourth training
                throw new IllegalStateException("killed");
            }
        };
        assertThatThrownBy(() -> run(out, 3, 2, () -> false, killer)).hasMessage("killed");
        assertThat(finished(out)).hasSize(3).containsAllEntriesOf(once);
        TrustDocument resumed = complete(out, 3, 2);
        assertThat(finished(out)).hasSize(6).containsAllEntriesOf(once);
        assertThat(Json.write(resumed)).isEqualTo(Json.write(whole));
        assertThat(out.resolve("anchors.csv")).hasSameTextualContentAs(folder.resolve("never stopped/anchors.csv"));
        Map<Path, FileTime> all = finished(out);
        assertThat(Json.write(complete(out, 3, 2))).isEqualTo(Json.write(whole));
        assertThat(finished(out)).isEqualTo(all);
    }

    @Test
    void moreTrainingsMayBeAddedAndOtherAnchorsMayNot() throws IOException {
        Path out = folder.resolve("more");
        complete(out, 3, 1);
        Map<Path, FileTime> once = finished(out);
        assertThat(complete(out, 3, 2).report().trainings()).isEqualTo(2);
        assertThat(finished(out)).hasSize(6).containsAllEntriesOf(once);
        assertThatThrownBy(() -> complete(out, 4, 1))
                .isInstanceOf(InputException.class)
                .hasMessage(out + " was begun with other settings (members), and what it has trained would not compare."
                        + " Give those settings, or another folder: --out DIR");
    }

    @Test
    void trainingsOfAnEarlierVersionAreSaidToBe() throws IOException {
        Path out = folder.resolve("earlier");
        assertThat(complete(out, 3, 2).report().conclusions())
                .noneMatch(sentence -> sentence.contains("earlier version"));
        Path config = out.resolve("trainings/anchor-002-training-1/config.yaml");
        String text = Files.readString(config);
        assertThat(text).contains("formatVersion: 2");
        Files.writeString(config, text.replace("formatVersion: 2", "formatVersion: 1"));
        assertThat(complete(out, 3, 2).report().conclusions())
                .anyMatch(sentence ->
                        sentence.startsWith("1 of these trainings was begun by an earlier version of Weft"));
    }

    private static Map<Path, FileTime> finished(Path out) throws IOException {
        Map<Path, FileTime> found = new TreeMap<>();
        if (!Files.isDirectory(out.resolve("trainings"))) {
            return found;
        }
        try (Stream<Path> files = Files.walk(out.resolve("trainings"))) {
            for (Path file : files.filter(f -> f.endsWith("family.safetensors")).toList()) {
                found.put(file, Files.getLastModifiedTime(file));
            }
        }
        return found;
    }

    @Test
    void aTableOfTruthNeedsNoTraining() throws IOException {
        Path out = folder.resolve("known");
        try (FamilyTrust trust = open()) {
            StringBuilder table = new StringBuilder("member,score,score2\n");
            int i = 0;
            for (Member member : anchors(trust, 5)) {
                table.append("\"" + member + "\"," + (90 + i) + "," + (91 - i) + "\n");
                i++;
            }
            Path file = Files.writeString(folder.resolve("known.csv"), table);
            ScoreTable truth = ScoreTable.read(file, "member", "score");
            TrustDocument document =
                    trust.compare(truth, false, out, () -> false, NONE).orElseThrow();
            assertThat(document.members().get(1).alone()).containsExactly(91.0, 90.0); // in percent as it was
            assertThat(document.report().parts().get(0).verdict()).isEqualTo(Verdict.ALL_TIE); // their means
            assertThat(out.resolve("trainings")).doesNotExist();

            ScoreTable more = ScoreTable.read(
                    Files.writeString(folder.resolve("more.csv"), table + "elsewhere,1,2\n"), "member", "score");
            assertThatThrownBy(() -> trust.compare(more, false, folder.resolve("left out"), () -> false, NONE))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("more.csv: \"elsewhere\" names no member");
            assertThat(trust.compare(more, true, folder.resolve("left out"), () -> false, NONE)
                            .orElseThrow()
                            .source())
                    .containsEntry("leftOut", "1 that are no members of the family");
        }
    }

    @Test
    void batchStatisticsAreThoseOfTheEvaluatedBatch() {
        try (FamilyTrust recalibrated = open();
                FamilyTrust batch = FamilyTrust.open(
                        family, new FamilyTrust.Settings(FamilyTrust.Statistics.BATCH, "params", RankSettings.of(0)))) {
            List<Member> members = anchors(batch, 4);
            TrustDocument document = batch.train(members, recipe, 1, SEED, folder.resolve("batch"), () -> false, NONE)
                    .orElseThrow();
            TrustDocument other = recalibrated
                    .train(members, recipe, 1, SEED, folder.resolve("batch"), () -> false, NONE)
                    .orElseThrow();
            assertThat(document.cost()).isEqualTo("parameters");
            assertThat(document.members())
                    .extracting(TrustDocument.Anchor::alone)
                    .isEqualTo(other.members().stream()
                            .map(TrustDocument.Anchor::alone)
                            .toList());
            assertThat(document.members())
                    .extracting(TrustDocument.Anchor::inherited)
                    .isNotEqualTo(other.members().stream()
                            .map(TrustDocument.Anchor::inherited)
                            .toList());
        }
    }

    @Test
    void membersThatDoNotFitAreRefused() {
        try (FamilyTrust trust = open()) {
            List<Member> two = anchors(trust, 3).subList(0, 2);
            Path out = folder.resolve("refused");
            assertThatThrownBy(() -> trust.train(two, recipe, 1, 0, out, () -> false, NONE))
                    .isInstanceOf(InputException.class)
                    .hasMessage(
                            "There must be 3 members or more to be ranked, but there are 2. Give more; thirty say a good"
                                    + " deal.");
            List<Member> twice = List.of(two.get(0), two.get(1), two.get(0));
            assertThatThrownBy(() -> trust.train(twice, recipe, 1, 0, out, () -> false, NONE))
                    .hasMessageContaining("Every member must be there once, but \"" + two.get(0) + "\" is there twice");
            assertThatThrownBy(() -> trust.train(anchors(trust, 3), recipe, 0, 0, out, () -> false, NONE))
                    .hasMessageContaining("0 trainings");
            assertThatThrownBy(() -> trust.members(List.of("stem=9"), Path.of("m.csv")))
                    .isInstanceOf(InputException.class)
                    .hasMessageStartingWith("m.csv: ");
            assertThat(out).doesNotExist();
        }
    }

    @Test
    void aPlainModelHasNothingToRank() {
        Path out = folder.resolve("plain");
        complete(out, 3, 1);
        Path alone = out.resolve("trainings/anchor-001-training-1/family.safetensors");
        assertThatThrownBy(() -> FamilyTrust.open(alone, FamilyTrust.Settings.of(0)))
                .isInstanceOf(InputException.class)
                .hasMessage(alone + " must have members to rank, but is a plain model: nothing is left to choose.");
    }
}
