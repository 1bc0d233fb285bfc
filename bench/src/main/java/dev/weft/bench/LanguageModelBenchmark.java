package dev.weft.bench;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A training step and greedy generation with a key-value cache, in Weft and in PyTorch for Python: same models, weights, batch and
 * threads, in turns. First it checks that both compute the same losses and write the same tokens.
 */
final class LanguageModelBenchmark {
    private static final List<String> MODELS = List.of("gpt-128-4", "llama-128-4", "gpt-256-6", "llama-256-6");
    private static final double RATE = 0.001;
    private static final int PROMPT = 16;
    private static final int WRITTEN = BenchModels.CONTEXT - PROMPT;

    private final Options options;
    private final PrintStream out;
    private final Result.Builder result = new Result.Builder("language-model");
    /** Asked this often before timing begins: the JVM goes on compiling for some thousand tokens. */
    private static final int WARM_UP = 20;

    private final int rounds;
    private final int batchSize;

    LanguageModelBenchmark(Options options, PrintStream out) {
        this.options = options;
        this.out = out;
        this.rounds = options.quick() ? 2 : 10;
        this.batchSize = options.quick() ? 4 : 8;
    }

    Result run() {
        result.setting("threads", options.threads())
                .setting("texts a batch", batchSize)
                .setting("tokens a text", BenchModels.CONTEXT)
                .setting("rounds", rounds)
                .setting("optimiser", "AdamW")
                .setting("generation", WRITTEN + " tokens after " + PROMPT);
        MODELS.subList(0, options.quick() ? 2 : MODELS.size()).forEach(this::compare);
        return result.build();
    }

    private void compare(String model) {
        Map<String, String> threads = Map.of(
                "OMP_NUM_THREADS", String.valueOf(options.threads()),
                "OPENBLAS_NUM_THREADS", String.valueOf(options.threads()));
        try (TemporaryFolder folder = TemporaryFolder.create();
                Child weft = Child.weft(
                        threads, "language-model", model, folder.path(), options.threads(), batchSize, RATE)) {
            StepWorker.Ready ours = weft.answer(StepWorker.Ready.class); // its files are written now
            List<String> command = List.of(
                    options.python(),
                    options.script("language_model.py"),
                    folder.path().toString(),
                    String.valueOf(options.threads()),
                    String.valueOf(RATE));
            try (Child python = Child.start("PyTorch", command, threads)) {
                StepWorker.Ready theirs = python.answer(StepWorker.Ready.class);
                TrainingStepBenchmark.checkSame(
                        model + ": parameters", List.of((double) ours.parameters()), List.of((double)
                                theirs.parameters()));
                result.setting(model + " parameters", ours.parameters())
                        .setting("PyTorch", theirs.engine())
                        .setting("OpenBLAS kernels, PyTorch", python.kernels());
                same(model, "generate " + WRITTEN, weft, python);
                for (int step = 0; step < 2; step++) { // the second shows that both updated alike
                    same(model, "train 1", weft, python);
                }
                inTurns(model + ", training step", "train 4", weft, python);
                inTurns(model + ", a token written", "generate " + WRITTEN, weft, python);
            }
        }
    }

    private static void same(String model, String command, Child weft, Child python) {
        TrainingStepBenchmark.checkSame(
                model + ", " + command,
                weft.ask(command, StepWorker.Steps.class).losses(),
                python.ask(command, StepWorker.Steps.class).losses());
    }

    private void inTurns(String what, String command, Child weft, Child python) {
        for (int i = 0; i < (options.quick() ? 2 : WARM_UP); i++) {
            weft.ask(command, StepWorker.Steps.class);
            python.ask(command, StepWorker.Steps.class);
        }
        Turns ours = new Turns("Weft");
        Turns theirs = new Turns("PyTorch");
        for (int round = 0; round < rounds; round++) {
            StepWorker.Steps a = weft.ask(command, StepWorker.Steps.class);
            StepWorker.Steps b = python.ask(command, StepWorker.Steps.class);
            ours.add(a, b);
            theirs.add(b, null);
        }
        theirs.measured(result, what, "");
        ours.measured(result, what, "PyTorch");
        Spread ratio = ours.ratio(options);
        out.printf(Locale.ROOT, "%s: Weft / PyTorch %s%n", what, Turns.text(ratio));
        result.goal(what + ": Weft not slower than PyTorch", Turns.text(ratio), ratio.median() <= 1);
    }
}
