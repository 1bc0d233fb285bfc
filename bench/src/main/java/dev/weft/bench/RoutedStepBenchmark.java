package dev.weft.bench;

import static dev.weft.bench.SharedStepWorker.Kind.LAYER;
import static dev.weft.bench.SharedStepWorker.Kind.NEURON;
import static dev.weft.bench.SharedStepWorker.Kind.SLICED;

import java.io.PrintStream;
import java.util.List;

/** A step of random members whose MLPs are mixed from two experts, over the same members' step as slices. */
final class RoutedStepBenchmark {
    private static final double GOAL = 1.3;

    private final Options options;
    private final PrintStream out;
    private final Result.Builder result = new Result.Builder("routed-step");

    RoutedStepBenchmark(Options options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    Result run() {
        SharedSteps steps = new SharedSteps(options, out, result);
        result.setting("experts", "2, of the MLPs").setting("tokens a text", BenchModels.CONTEXT);
        for (String model : List.of("language-model", "transformer")) {
            steps.compare(model, 4, List.of(SLICED, LAYER, NEURON))
                    .forEach((kind, ratio) -> result.goal(
                            model + ": experts by " + SharedSteps.word(kind) + " within " + GOAL
                                    + " of the sliced step",
                            Turns.text(ratio),
                            ratio.median() <= GOAL));
        }
        return result.build();
    }
}
