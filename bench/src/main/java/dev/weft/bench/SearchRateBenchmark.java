package dev.weft.bench;

import dev.weft.cost.Latency;
import dev.weft.cost.LatencySettings;
import dev.weft.data.ImageDataset;
import dev.weft.metric.Metric;
import dev.weft.model.Family;
import dev.weft.nn.MemberStatistics;
import dev.weft.ops.Libtorch;
import dev.weft.search.Constraints;
import dev.weft.search.Evaluations;
import dev.weft.search.Evaluator;
import dev.weft.search.Objective;
import dev.weft.search.RandomSearch;
import dev.weft.search.SearchTask;
import dev.weft.space.Member;
import dev.weft.train.Evaluation;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * How many members a search evaluates in a minute: latency in ONNX Runtime (export included), recalibration and selection accuracy,
 * one member after another, none known before.
 */
final class SearchRateBenchmark {
    private static final String NAME = "search-rate";
    private static final int CALIBRATION_BATCHES = 8;
    private static final int CALIBRATION_BATCH = 128;
    private static final int SELECTION = 1000;

    private final Options options;
    private final PrintStream out;
    private final List<Double> calibration = new ArrayList<>();
    private final List<Double> accuracy = new ArrayList<>();
    private final List<Double> latency = new ArrayList<>();

    SearchRateBenchmark(Options options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    Result run() {
        Libtorch.useThreads(options.threads());
        int members = options.quick() ? 4 : 60;
        double minutes;
        try (Family family = Family.of(BenchModels.quickstart(), 1)) {
            SearchTask task = new SearchTask(
                    family.space(),
                    List.of(Objective.of(Metric.ACCURACY.key()), Objective.of(Metric.LATENCY_MILLIS_P50.key())),
                    Constraints.NONE,
                    1);
            long start = System.nanoTime();
            new RandomSearch(members).search(task, Evaluations.inMemory(evaluator(family)));
            minutes = (System.nanoTime() - start) * 1e-9 / 60;
        }
        out.printf(Locale.ROOT, "%d members in %.2f minutes%n", accuracy.size(), minutes);
        return new Result.Builder(NAME)
                .setting("threads", options.threads())
                .setting("model", "quickstart")
                .setting("members", accuracy.size())
                .setting("recalibration", CALIBRATION_BATCHES + " batches of " + CALIBRATION_BATCH)
                .setting("selection images", SELECTION)
                .setting("latency", LatencySettings.DEFAULT)
                .measured("evaluated members per minute", "", Spread.of(accuracy.size() / minutes))
                .measured("recalibration of a member", "ms", Spread.of(calibration))
                .measured("selection accuracy of a member", "ms", Spread.of(accuracy))
                .measured("latency of a member, export included", "ms", Spread.of(latency))
                .build();
    }

    private Evaluator evaluator(Family family) {
        ImageDataset all = BenchModels.trainingImages();
        ImageDataset selection = part(all, "selection", 0, SELECTION);
        ImageDataset train = part(all, "train", SELECTION, all.size());
        LinkedHashMap<String, ToDoubleFunction<Member>> functions = new LinkedHashMap<>();
        functions.put(Metric.LATENCY_MILLIS_P50.key(), member -> {
            long start = System.nanoTime();
            double millis = Latency.measure(family.plan(), member, LatencySettings.DEFAULT, "here")
                    .p50Millis();
            latency.add(millisSince(start));
            return millis;
        });
        functions.put(Metric.ACCURACY.key(), member -> {
            long start = System.nanoTime();
            try (MemberStatistics statistics =
                    Evaluation.calibrate(family, member, train, CALIBRATION_BATCHES, CALIBRATION_BATCH)) {
                calibration.add(millisSince(start));
                long calibrated = System.nanoTime();
                double part = Evaluation.accuracy(family, member, statistics, selection);
                accuracy.add(millisSince(calibrated));
                return part;
            }
        });
        return Evaluator.of(functions);
    }

    private static ImageDataset part(ImageDataset data, String name, int from, int to) {
        return data.subset(name, IntStream.range(from, to).boxed().toList());
    }

    private static double millisSince(long nanos) {
        return (System.nanoTime() - nanos) * 1e-6;
    }
}
