package dev.weft.lab.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.io.Json;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every study does: runs, stops, goes on with the same numbers, repeats nothing, and decides nothing from too little. */
public interface StudyContract {
    /** A study so small that it takes seconds, whose smoke size is its full size. */
    Study study();

    /** Writes data that it can be run on, and returns their name or folder. */
    String data(Path folder) throws IOException;

    /** How many questions whether to stop are answered with no, for each run that is stopped: in trainings, and in other work. */
    List<Integer> stops();

    /** Two budgets, the smaller first; the first is that of runs with one. */
    default List<Integer> budgets() {
        return List.of(1, 2);
    }

    /** The parts that are run beside the rest. */
    default List<String> parts() {
        return study().parts().stream().map(Study.Part::name).toList();
    }

    /** What is kept of a run with one seed and budget, without parts, beside trainings: as many documents. */
    int documents();

    private StudySettings settings(int seeds, boolean smoke, String data, int budgets, List<String> parts) {
        return new StudySettings(seeds, smoke, data, budgets().subList(0, budgets), parts);
    }

    private Optional<StudyResults> run(StudySettings settings, Path out, AtomicInteger asked, int stopAt) {
        return StudyRun.run(study(), settings, out, StudyProgress.none(), () -> asked.incrementAndGet() > stopAt);
    }

    /** Runs it to the end. */
    default StudyResults run(StudySettings settings, Path out) {
        return run(settings, out, new AtomicInteger(), Integer.MAX_VALUE).orElseThrow();
    }

    @Test
    default void runsEveryArmAtEveryBudgetAndWritesOneDocumentTableVerdictsAndPage(@TempDir Path folder)
            throws IOException {
        Path out = folder.resolve("out");
        StudySettings settings = settings(2, false, data(folder), 2, parts());
        StudyResults results = run(settings, out);
        Design design = study().design(settings);
        List<String> expected = new ArrayList<>();
        for (int epochs : budgets()) {
            design.arms(epochs).forEach(arm -> expected.add(arm.name() + " " + epochs));
        }
        assertThat(results.arms())
                .extracting(arm -> arm.get("arm") + " " + arm.get("epochs"))
                .containsExactlyElementsOf(expected);
        assertThat(results.arms()).allSatisfy(arm -> {
            assertThat(arm.get("seeds")).isEqualTo(2);
            assertThat(arm).containsKeys("description", "passes", "updates", "seconds");
            boolean trains = (double) arm.get("passes") > 0;
            assertThat((double) arm.get("updates") > 0)
                    .as("what trains has updates: " + arm)
                    .isEqualTo(trains);
        });
        for (Column column : design.columns()) {
            assertThat(results.arms())
                    .filteredOn(arm -> arm.get(column.key()) != null)
                    .as("some arm has " + column.key())
                    .anySatisfy(arm -> assertThat(((Map<?, ?>) arm.get(column.key())).get("values"))
                            .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                            .hasSize(2));
        }
        assertThat(results.claims()).hasSize(2 * design.claims().size()).allSatisfy(claim -> {
            assertThat(claim.verdict()).isNotNull();
            assertThat(claim.sentence()).startsWith(claim.kind().word() + ":").endsWith(".");
            assertThat(claim.estimate() == null)
                    .as("without a number nothing is tested: " + claim)
                    .isEqualTo(claim.verdict() == Outcome.NOT_TESTED);
        });
        assertThat(results.epochs()).isEqualTo(budgets());
        assertThat(results.seeds()).containsExactly(1L, 2L);
        assertThat(Files.readString(out.resolve("results.json"))).isEqualTo(Json.writeWithNulls(results));
        assertThat(Json.read(out.resolve("results.json"), StudyResults.class).claims())
                .as("the document is read again")
                .isEqualTo(results.claims());
        assertThat(TextTable.lines(results.report())).hasSize(1 + expected.size());
        Path page = out.resolve("report.html");
        PageText.assertPlain(page);
        assertThat(PageText.of(page))
                .contains("At " + budgets().get(1) + " epochs: ", "Learning curves", "updates of a shared weight")
                .doesNotContain("Smoke run");
        assertThat(Files.readString(page)).contains("<polyline");
    }

    @Test
    default void smokeRunSaysSoEverywhereAndTestsNothing(@TempDir Path folder) throws IOException {
        Path out = folder.resolve("out");
        StudyResults results = run(settings(2, true, data(folder), 1, List.of()), out);
        assertThat(results.smoke()).isTrue();
        assertThat(results.outcome()).isEqualTo(Outcome.NOT_TESTED);
        assertThat(results.claims()).extracting("verdict").containsOnly(Outcome.NOT_TESTED);
        assertThat(results.report().title()).contains("smoke run: says nothing about the claim");
        assertThat(Files.readString(out.resolve("results.json")))
                .contains("\"smoke\": true", "\"verdict\": \"not tested\"")
                .doesNotContain("\"verdict\": \"held\"");
        assertThat(PageText.of(out.resolve("report.html")))
                .contains("Smoke run: says nothing about the claim.", "Not tested");
    }

    @Test
    default void oneSeedDecidesNothingMoreSeedsAndBudgetsAreAddedAndNothingIsRepeated(@TempDir Path folder)
            throws IOException {
        Path out = folder.resolve("out");
        String data = data(folder);
        StudyResults one = run(settings(1, false, data, 1, List.of()), out);
        assertThat(one.claims())
                .extracting("verdict")
                .isSubsetOf(Outcome.UNDECIDED, Outcome.NOT_TESTED)
                .contains(Outcome.UNDECIDED);
        assertThat(one.outcome()).isEqualTo(Outcome.UNDECIDED);
        Map<Path, FileTime> before = kept(out);
        assertThat(before.keySet().stream()
                        .filter(f -> !f.getFileName().toString().startsWith("training-")))
                .hasSize(documents());
        AtomicInteger asked = new AtomicInteger();
        assertThat(run(settings(1, false, data, 1, List.of()), out, asked, Integer.MAX_VALUE))
                .isPresent();
        assertThat(asked).as("nothing is done that could be stopped").hasValue(0);
        assertThat(kept(out)).isEqualTo(before);
        StudyResults more = run(settings(2, false, data, 2, parts()), out);
        assertThat(more.seeds()).hasSize(2);
        assertThat(kept(out)).containsAllEntriesOf(before);
    }

    @Test
    default void stoppedRunGoesOnAndGivesTheSameNumbers(@TempDir Path folder) throws IOException {
        StudySettings settings = settings(1, false, data(folder), 1, parts());
        Map<String, Object> whole = numbers(run(settings, folder.resolve("whole")));
        for (int stopAt : stops()) {
            Path out = folder.resolve("stopped-" + stopAt);
            assertThat(run(settings, out, new AtomicInteger(), stopAt))
                    .as("stopped after " + stopAt)
                    .isEmpty();
            assertThat(out.resolve("results.json")).doesNotExist();
            Map<Path, FileTime> before = kept(out);
            StudyResults resumed = run(settings, out);
            assertThat(kept(out)).containsAllEntriesOf(before);
            assertThat(numbers(resumed)).as("stopped after " + stopAt).isEqualTo(whole);
        }
    }

    @Test
    default void folderOfSomethingElseIsRefusedAndUnknownDataOrPartLeavesNone(@TempDir Path folder) throws IOException {
        String data = data(folder);
        Path out = folder.resolve("out");
        assertThat(run(settings(1, false, data, 1, List.of()), out, new AtomicInteger(), 0))
                .isEmpty();
        refused(settings(1, true, data, 1, List.of()), out, "must hold a study with these settings");
        refused(settings(1, false, data, 1, List.of()), folder, "must be a new or empty folder");
        Path old = Files.createDirectory(folder.resolve("old"));
        Files.writeString(old.resolve("experiment.json"), "{}");
        refused(settings(1, false, data, 1, List.of()), old, "was begun by an earlier version of Weft");
        Path none = folder.resolve("none");
        refused(settings(1, false, "no-such-data", 1, List.of()), none, "no-such-data");
        refused(settings(1, false, data, 1, List.of("no-such-part")), none, "no-such-part");
        assertThat(none).doesNotExist();
    }

    private void refused(StudySettings settings, Path out, String message) {
        assertThatThrownBy(() -> run(settings, out))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message);
    }

    /** The documents that a run has kept; which trainings an arm has used so far is added to. */
    private static Map<Path, FileTime> kept(Path out) throws IOException {
        Map<Path, FileTime> times = new LinkedHashMap<>();
        try (Stream<Path> files = Files.walk(out)) {
            for (Path file : files.filter(f -> f.getParent().endsWith("results")
                            && f.toString().endsWith(".json")
                            && !f.getFileName().toString().startsWith("used-"))
                    .sorted()
                    .toList()) {
                times.put(file, Files.getLastModifiedTime(file));
            }
        }
        return times;
    }

    /** Everything of a run's arms but times. */
    private static Map<String, Object> numbers(StudyResults results) {
        Map<String, Object> numbers = new LinkedHashMap<>();
        results.arms()
                .forEach(arm -> arm.forEach((key, value) -> {
                    if (!isTime(key)) {
                        numbers.put(arm.get("arm") + "/" + key, value);
                    }
                }));
        return numbers;
    }

    private static boolean isTime(String key) {
        return key.toLowerCase(java.util.Locale.ROOT).contains("seconds")
                || key.toLowerCase(java.util.Locale.ROOT).contains("millis");
    }
}
