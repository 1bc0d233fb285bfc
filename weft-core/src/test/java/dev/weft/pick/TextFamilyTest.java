package dev.weft.pick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.cost.LatencySettings;
import dev.weft.data.TextWindows;
import dev.weft.export.ExportedLanguageModel;
import dev.weft.export.ExportedModel;
import dev.weft.export.InvalidInputException;
import dev.weft.metric.Direction;
import dev.weft.metric.Metric;
import dev.weft.metric.Metrics;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.onnx.ExportOptions;
import dev.weft.onnx.ExportResult;
import dev.weft.ops.Tensors;
import dev.weft.recipe.Recipes;
import dev.weft.report.MemberResult;
import dev.weft.report.ReportWriter;
import dev.weft.report.RunReport;
import dev.weft.results.RunReports;
import dev.weft.search.Constraints;
import dev.weft.search.MeasuredMember;
import dev.weft.search.Objective;
import dev.weft.search.RandomSearch;
import dev.weft.search.SearchResult;
import dev.weft.space.Member;
import dev.weft.train.Evaluation;
import dev.weft.train.Trainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A language model is searched, kept, exported and reported as an image model is. */
class TextFamilyTest {
    private static final LatencySettings QUICK = new LatencySettings(1, 1, 1, 1, 3, 1);

    @TempDir
    static Path folder;

    private static Path run;

    @BeforeAll
    static void train() {
        run = folder.resolve("run");
        Path recipe =
                TinyTextRun.recipe(folder.resolve("tiny.yaml"), TinyTextRun.text(folder.resolve("text.txt"), 1), 3);
        try (Trainer trainer = Trainer.start(Recipes.read(recipe.toString()), run, 1)) {
            trainer.run(() -> false, List.of());
        }
    }

    @Test
    void searchMinimisesTheLossAndTheReportSaysSo() throws Exception {
        Path onnx = run.resolve("best.onnx");
        List<Objective> objectives = List.of(Objective.of("loss"), Objective.of("params"));
        assertThat(objectives.get(0).direction()).isEqualTo(Direction.MINIMIZE);
        try (FinishedRun search = FinishedRun.open(run, QUICK)) {
            SearchResult found =
                    search.search(new RandomSearch(12), objectives, Constraints.parse("params<=1000000"), 1);
            MeasuredMember best = found.best().get(0).measured();
            for (MeasuredMember other : found.measured()) {
                assertThat(other.value("loss")).isGreaterThanOrEqualTo(best.value("loss"));
            }
            search.keep(Map.of("best", best.member()));
            Map<String, Double> kept = search.family().members().get("best").measurements();
            assertThat(kept.keySet())
                    .containsAll(Metrics.COSTS.stream().map(Metric::key).toList())
                    .contains("loss", "perplexity");
            assertThat(kept).doesNotContainKey("accuracy");
            assertThat(kept.get("loss"))
                    .isEqualTo(Evaluation.loss(
                            search.family(),
                            best.member(),
                            MemberStatistics.none(),
                            search.data().selection().orElseThrow()));
            assertThat(kept.get("perplexity")).isCloseTo(Math.exp(kept.get("loss")), within(1e-9));
            assertThatThrownBy(() ->
                            search.search(new RandomSearch(12), List.of(Objective.of("accuracy")), Constraints.NONE, 1))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("unknown metric \"accuracy\"");

            ExportResult exported = search.export("best", ExportOptions.onnx(onnx));
            assertThat(exported.check().maxAbsError()).isLessThan(1e-4);
            assertThat(exported.check().examples())
                    .isEqualTo(search.data().report().size());
            predictsAsTheLiveMember(onnx, search, best.member());
        }
        RunReport report = RunReports.of(run);
        assertThat(report.measured().quality()).isEqualTo(Metric.LOSS);
        MemberResult best = report.measured().members().stream()
                .filter(m -> "best".equals(m.name()) || "largest".equals(m.name()))
                .findFirst()
                .orElseThrow();
        for (MemberResult other : report.measured().members()) {
            assertThat(other.value(Metric.LOSS)).isGreaterThanOrEqualTo(best.value(Metric.LOSS));
        }
        assertThat(report.provenance().notes().get(0)).contains("chosen by their loss");
        Path page = folder.resolve("report.html");
        ReportWriter.write(report, page);
        assertThat(Files.readString(page))
                .contains("Loss against cost", "Loss, selection", "%.4f".formatted(best.value(Metric.LOSS)))
                .doesNotContain("ccuracy, selection");
    }

    /** Token for token, also of texts shorter than the windows that the graph was recorded with. */
    private static void predictsAsTheLiveMember(Path onnx, FinishedRun search, Member member) {
        try (ExportedLanguageModel model = ExportedLanguageModel.open(onnx);
                PointerScope scope = new PointerScope()) {
            assertThat(model.contextLength()).isEqualTo(8);
            assertThat(model.metadata())
                    .containsKeys("weft.maxAbsError", "params")
                    .doesNotContainKey("weft.class.0");
            for (String text : List.of("a", "abcd", "abcdefgh")) {
                int[] tokens = model.text().alphabet().orElseThrow().encode(text);
                float[][] logits = model.logits(tokens);
                assertThat(logits).hasDimensions(tokens.length, 12);
                long[] ids = java.util.Arrays.stream(tokens).asLongStream().toArray();
                float[] live = Tensors.floats(search.family()
                        .forward(
                                Tensors.ofLongs(ids, 1, ids.length), Pass.evaluation(member, MemberStatistics.none())));
                for (int i = 0; i < live.length; i++) {
                    assertThat(logits[i / 12][i % 12]).isCloseTo(live[i], within(1e-4f));
                }
            }
            int[] eleven = model.text().alphabet().orElseThrow().encode("abcdefghabc");
            double surprise = 0;
            for (int next = 1; next < 11; next++) { // in pieces of 8: tokens 0 to 7, then 8 and 9
                int from = next <= 8 ? 0 : 8;
                float[] logits = model.logits(Arrays.copyOfRange(eleven, from, next))[next - 1 - from];
                double sum = 0;
                for (float logit : logits) {
                    sum += Math.exp(logit);
                }
                surprise -= logits[eleven[next]] - Math.log(sum);
            }
            assertThat(model.loss(eleven)).isCloseTo(surprise / 10, within(1e-5));
            int[] first = model.continuation(eleven, 2);
            assertThat(first).hasSize(2);
            assertThat(first[1])
                    .isEqualTo(model.continuation(
                                    IntStream.concat(IntStream.of(eleven), IntStream.of(first[0]))
                                            .toArray(),
                                    1)[0]);
            assertThatThrownBy(() -> model.loss(new int[1])).isInstanceOf(InvalidInputException.class);
            assertThatThrownBy(() -> model.logits(new int[9]))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("from 1 to 8 tokens");
            assertThatThrownBy(() -> model.logits(new int[] {12})).isInstanceOf(InvalidInputException.class);
        }
        assertThatThrownBy(() -> ExportedModel.open(onnx))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("must read images, but reads text");
    }

    @Test
    void otherTextIsReportedWholeAndForeignCharactersRefused() throws Exception {
        try (FinishedRun search = FinishedRun.open(run, QUICK)) {
            Path other = TinyTextRun.text(folder.resolve("other.txt"), 2);
            FamilyData data = FamilyData.of(search.family(), other.toString());
            assertThat(((TextWindows) data.report()).to()).isEqualTo(2700);
            assertThat(data.selection()).isEmpty();
            Path foreign = Files.writeString(folder.resolve("foreign.txt"), "abcdefghijklmnopq");
            assertThatThrownBy(() -> FamilyData.of(search.family(), foreign.toString()))
                    .isInstanceOf(InvalidInputException.class);
        }
    }
}
