package dev.weft.bench;

import dev.weft.model.ModelDefinition;
import dev.weft.ops.Libtorch;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Whether memory grows over many training steps and evaluations of small models. */
final class MemorySoakBenchmark {
    private static final String NAME = "native-memory-soak";

    /** What the allocator and the JVM may still add over a thousand rounds without being called a leak, in MiB. */
    static final double FLAT_SLOPE = 0.5;

    private final Options options;
    private final PrintStream out;
    private final Result.Builder result = new Result.Builder(NAME);

    MemorySoakBenchmark(Options options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    Result run() {
        Libtorch.useThreads(1); // the models are too small for two
        int rounds = options.quick() ? 400 : 10_000;
        int every = rounds / 20;
        result.setting("threads", 1).setting("rounds", rounds).setting("training step", "sandwich of 4, batch 8");
        Map<String, ModelDefinition> models =
                Map.of("mobile-cnn", BenchModels.tiny(), "vision-transformer", BenchModels.tinyTransformer());
        for (String name : List.of("mobile-cnn", "vision-transformer")) {
            report(name + ", training steps", Soak.training(models.get(name), rounds, every));
            report(name + ", evaluations", Soak.evaluating(models.get(name), rounds, every));
        }
        return result.build();
    }

    private void report(String what, Soak.Series series) {
        out.println(what + ", MiB resident every " + series.every() + " rounds: "
                + series.mib().stream()
                        .map(m -> String.format(Locale.ROOT, "%.1f", m))
                        .collect(Collectors.joining(" ")));
        result.measured(what + ": resident", "MiB", Spread.of(series.mib()))
                .measured(what + ": growth per 1000 rounds, second half", "MiB", Spread.of(series.slope()))
                .goal(
                        what + ": flat (under " + FLAT_SLOPE + " MiB per 1000 rounds in the second half)",
                        String.format(Locale.ROOT, "%.3f MiB per 1000", series.slope()),
                        series.slope() < FLAT_SLOPE);
    }
}
