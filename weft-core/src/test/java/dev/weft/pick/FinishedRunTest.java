package dev.weft.pick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.cost.LatencySettings;
import dev.weft.export.OnnxFile;
import dev.weft.io.InputException;
import dev.weft.metric.Metric;
import dev.weft.metric.Metrics;
import dev.weft.model.Family;
import dev.weft.model.NamedMember;
import dev.weft.onnx.ExportOptions;
import dev.weft.recipe.Recipes;
import dev.weft.report.MemberResult;
import dev.weft.report.RunReport;
import dev.weft.results.RunReports;
import dev.weft.run.Environment;
import dev.weft.run.Measurement;
import dev.weft.run.RunDatabase;
import dev.weft.search.Constraints;
import dev.weft.search.MeasuredMember;
import dev.weft.search.Objective;
import dev.weft.search.RandomSearch;
import dev.weft.search.SearchResult;
import dev.weft.space.Member;
import dev.weft.train.Evaluation;
import dev.weft.train.Trainer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FinishedRunTest {
    private static final LatencySettings QUICK = new LatencySettings(1, 1, 1, 1, 5, 0);
    private static final List<Objective> OBJECTIVES = List.of(Objective.of("accuracy"), Objective.of("latencyMillis"));

    @TempDir
    Path folder;

    private static SearchResult search(FinishedRun search, int stopAfter) {
        int[] asked = {0};
        return search.search(
                new RandomSearch(6),
                OBJECTIVES,
                List.of(Constraints.parse("params<=100000")),
                3,
                progress -> {},
                () -> asked[0]++ >= stopAfter);
    }

    private static List<Measurement> rows(Path run) {
        try (RunDatabase database = RunDatabase.read(run.resolve("run.db"))) {
            return database.members();
        }
    }

    @Test
    void goesOnAfterAStopAndMeasuresNothingTwice() {
        Path run = TinyRun.train(folder);
        try (FinishedRun search = FinishedRun.open(run, QUICK)) {
            assertThat(search(search, 5).complete()).isFalse();
        }
        List<Measurement> first = rows(run);
        SearchResult whole;
        try (FinishedRun search = FinishedRun.open(run, QUICK)) {
            whole = search(search, Integer.MAX_VALUE);
        }
        assertThat(whole.complete()).isTrue();
        List<Measurement> second = rows(run);
        assertThat(second).startsWith(first.toArray(Measurement[]::new)).hasSizeGreaterThan(first.size());
        try (FinishedRun search = FinishedRun.open(run, QUICK)) {
            assertThat(search(search, Integer.MAX_VALUE)).isEqualTo(whole);
        }
        assertThat(rows(run)).isEqualTo(second);
    }

    @Test
    void keptMembersTravelInTheFamilyWithStatisticsAndNumbers() {
        Path run = TinyRun.train(folder);
        Member member;
        double accuracy;
        try (FinishedRun search = FinishedRun.open(run, QUICK)) {
            member = search.family().space().parse("resolution=8,stem.width=4,stage1.depth=2,stage2.width=8");
            search.keep(Map.of("mine", member));
            accuracy = search.measured(member).value(Metric.ACCURACY.key());
        }
        try (Family family = Family.open(run.resolve("family.safetensors"))) {
            NamedMember kept = family.members().get("mine");
            assertThat(kept.member()).isEqualTo(member);
            List<String> evaluated = new Metrics(Metrics.COSTS)
                    .with(Metrics.LATENCIES).with(List.of(Metric.ACCURACY)).all().stream()
                            .map(Metric::key)
                            .toList();
            assertThat(kept.measurements()).containsOnlyKeys(evaluated).containsEntry("accuracy", accuracy);
            assertThat(family.members()).containsKeys("largest", "smallest");
            FamilyData data = FamilyData.asTrained(family);
            assertThat(Evaluation.accuracy(
                            family, member, kept.statistics(), data.selection().orElseThrow()))
                    .isEqualTo(accuracy);
            try (CalibratedMember picked = CalibratedMember.of(family, member.toString(), () -> data)) {
                assertThat(picked.recalibrated()).isFalse();
                assertThat(picked.name()).contains("mine");
            }
        }
    }

    @Test
    void exportedFileSaysWhereItsLatencyAndItselfComeFrom() {
        Path run = TinyRun.train(folder);
        Path file = folder.resolve("mine.onnx");
        String setting;
        try (FinishedRun search = FinishedRun.open(run, QUICK)) {
            search.keep(Map.of("mine", search.family().space().smallest()));
        }
        // A later session with another setting exports the kept numbers: their own setting goes with them.
        try (FinishedRun search = FinishedRun.open(run, QUICK.withThreads(2))) {
            search.export("mine", ExportOptions.onnx(file));
            setting = search.family().notes().get("latency.mine");
            assertThat(OnnxFile.read(file).metadata())
                    .containsEntry("run", "run")
                    .containsEntry("latency", setting)
                    .containsEntry("seed", "1")
                    .containsKeys("latencyMillisP50", "latencyMillisP99");
            search.export("largest", ExportOptions.onnx(file));
            assertThat(OnnxFile.read(file).metadata())
                    .containsEntry("run", "run")
                    .doesNotContainKeys("latency", "latencyMillisP50");
        }
        assertThat(setting)
                .isEqualTo("hardware=" + Environment.current().hardwareFingerprint() + " threads=1 batch=1 paired");
    }

    @Test
    void contextsSayWhatANumberDependsOn() {
        Path run = TinyRun.train(folder);
        try (Family family = Family.open(run.resolve("family.safetensors"));
                Family other = Family.of(family.definition(), 9);
                MemberEvaluator one = MemberEvaluator.of(family, FamilyData.asTrained(family), QUICK);
                MemberEvaluator threads =
                        MemberEvaluator.of(family, FamilyData.asTrained(family), QUICK.withThreads(2));
                MemberEvaluator weights = MemberEvaluator.of(other, FamilyData.asTrained(family), QUICK);
                MemberEvaluator costs = MemberEvaluator.ofCosts(family, QUICK)) {
            assertThat(one.context("params")).isEmpty();
            assertThat(one.context("latencyMillisP50"))
                    .isEqualTo(costs.context("latencyMillisP50"))
                    .isNotEqualTo(threads.context("latencyMillisP50"));
            assertThat(one.context("accuracy"))
                    .isEqualTo(threads.context("accuracy"))
                    .isNotEqualTo(weights.context("accuracy"));
            assertThat(costs.metrics()).doesNotContain(Metric.ACCURACY);
        }
    }

    @Test
    void anUnfinishedRunAndOneInUseAreRefused() {
        Path run = folder.resolve("unfinished");
        Path recipe = TinyRun.recipe(folder.resolve("r.yaml"), TinyRun.data(folder.resolve("d")), 2);
        try (Trainer trainer = Trainer.start(Recipes.read(recipe.toString()), run, 1)) {
            assertThatThrownBy(() -> FinishedRun.open(run, QUICK)).hasMessageContaining("in use");
            int[] steps = {0};
            trainer.run(() -> ++steps[0] > 12, List.of());
        }
        assertThatThrownBy(() -> FinishedRun.open(run, QUICK))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("training is not finished");
        RunReport report = RunReports.of(run);
        assertThat(report.measured().members()).isEmpty();
        assertThat(report.training().curves()).extracting(RunReport.Curve::role).contains("largest", "smallest");
        assertThat(report.measured().network()).isNotEmpty();
    }

    @Test
    void theReportIsBuiltFromTheFiles() {
        Path run = TinyRun.train(folder);
        try (FinishedRun search = FinishedRun.open(run, QUICK)) {
            search(search, Integer.MAX_VALUE);
            search.measured(search.family().space().largest());
            search.measured(search.family().space().smallest());
            search.keep(Map.of("fast", search.family().space().smallest()));
        }
        RunReport report = RunReports.of(run);
        assertThat(report.space().members()).isEqualTo("16");
        assertThat(report.measured().members()).hasSizeGreaterThanOrEqualTo(6).anyMatch(MemberResult::onFront);
        assertThat(report.measured().members()).extracting(MemberResult::name).contains("largest", "fast");
        assertThat(report.measured().latencySetting()).contains("1 thread,");
        assertThat(report.dataset().splits())
                .extracting(RunReport.Split::examples)
                .containsExactly(300L, 60L, 60L);
    }

    @Test
    void latenciesOfLaterSessionsAreBesideTheSameReference() {
        Path run = TinyRun.train(folder);
        double baseline;
        try (FinishedRun search = FinishedRun.open(run, QUICK)) {
            MeasuredMember largest = search.measured(search.family().space().largest());
            assertThat(largest.value(Metric.LATENCY_SLOWDOWN.key())).isPositive();
            assertThat(largest.value(Metric.LATENCY_MILLIS_P99.key()))
                    .isGreaterThanOrEqualTo(largest.value(Metric.LATENCY_MILLIS_P50.key()));
            // The reference is noted when it is first used, not when it is asked for.
            baseline = search.folder()
                    .database()
                    .value(
                            search.family().space().smallest().toString(),
                            Metric.LATENCY_MILLIS_P50.key(),
                            MemberEvaluator.latencyContext(QUICK))
                    .orElseThrow();
        }
        try (FinishedRun search = FinishedRun.open(run, QUICK)) {
            MeasuredMember smallest = search.measured(search.family().space().smallest());
            assertThat(smallest.value(Metric.LATENCY_MILLIS_P50.key())).isEqualTo(baseline);
            assertThat(smallest.value(Metric.LATENCY_SLOWDOWN.key())).isEqualTo(1);
        }
    }

    /** A search by counts alone measured no latency: a remark must not begin to. */
    @Test
    void remarksMeasureNothingOffTheFront() {
        Path run = TinyRun.train(folder);
        List<Objective> counts = List.of(Objective.of("params"), Objective.of("macs"));
        try (FinishedRun search = FinishedRun.open(run, QUICK)) {
            SearchResult found = search.search(new RandomSearch(6), counts, Constraints.NONE, 1);
            assertThat(found.measured())
                    .hasSizeGreaterThan(found.front().members().size() + 1);
            LatencyRemarks remarks = search.remarks(found);
            assertThat(remarks.byNoise()).isEmpty();
        }
        assertThat(rows(run).stream()
                        .filter(row -> row.metric().equals(Metric.LATENCY_MILLIS_P50.key()))
                        .map(Measurement::member)
                        .distinct())
                .as("the one member of the front, and the smallest, which it is timed beside")
                .hasSizeLessThanOrEqualTo(2);
    }
}
