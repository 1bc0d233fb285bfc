package dev.weft.bench;

import static dev.weft.bench.SharedStepWorker.Kind.BLEND;
import static dev.weft.bench.SharedStepWorker.Kind.MASKED;
import static dev.weft.bench.SharedStepWorker.Kind.PLAIN;
import static dev.weft.bench.SharedStepWorker.Kind.SEPARATE;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/**
 * The weights' half of a search step by gradient, over the plain step of the largest member, as choices get more options. Weights of
 * their own for every option are the baseline; where a weight depends on several choices they would be a power of the number of
 * options, so there they are left out.
 */
final class BlendStepBenchmark {
    private static final double GOAL = 1.25;

    private final Options options;
    private final PrintStream out;
    private final Result.Builder result = new Result.Builder("blend-step");

    BlendStepBenchmark(Options options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    Result run() {
        SharedSteps steps = new SharedSteps(options, out, result);
        List<Integer> counts = options.quick() ? List.of(2, 8) : List.of(2, 3, 4, 6, 8);
        for (String model : List.of("fused-cnn", "transformer")) {
            for (int count : counts) {
                goal(model, count, steps.compare(model, count, List.of(PLAIN, BLEND, SEPARATE)));
            }
        }
        for (String model : List.of("fused-cnn-all", "transformer-all")) {
            for (int count : options.quick() ? counts : List.of(2, 4, 8)) {
                goal(model, count, steps.compare(model, count, List.of(PLAIN, BLEND, MASKED)));
            }
        }
        return result.build();
    }

    private void goal(String model, int count, Map<SharedStepWorker.Kind, Spread> ratios) {
        ratios.forEach((kind, ratio) -> {
            if (kind != SEPARATE) {
                result.goal(
                        model + ", " + count + " options: " + SharedSteps.word(kind) + " within " + GOAL
                                + " of the largest member's step",
                        Turns.text(ratio),
                        ratio.median() <= GOAL);
            }
        });
    }
}
