package dev.weft.bench;

import dev.weft.io.CheckFailedException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One optimiser step in Weft and in PyTorch for Python: same networks, weights, batch, members and threads, in turns (A B A B) from
 * this one driver. First it checks that both compute the same losses.
 */
final class TrainingStepBenchmark {
    private static final double MOMENTUM = 0.9;
    private static final double RATE = 0.01;
    private static final double TOLERANCE = 1e-4;
    private static final int WARM_UP = 3; // rounds

    private final Options options;
    private final PrintStream out;
    private final Result.Builder result;
    private final Map<String, Integer> models; // and their batch
    private final List<String> modes;
    private final int rounds;
    private final int steps;

    private TrainingStepBenchmark(
            String name, Map<String, Integer> models, List<String> modes, int steps, Options options, PrintStream out) {
        this.options = options;
        this.out = out;
        this.models = models;
        this.modes = modes;
        this.rounds = options.quick() ? 2 : 10;
        this.steps = options.quick() ? 2 : steps;
        this.result = new Result.Builder(name)
                .setting("threads", options.threads())
                .setting("batch", models)
                .setting("rounds", rounds)
                .setting("steps a round", this.steps)
                .setting("optimiser", "SGD, momentum " + MOMENTUM);
    }

    /** Sliced networks, as plain networks and by sandwiches. */
    static TrainingStepBenchmark ofSlices(Options options, PrintStream out) {
        int batch = options.quick() ? 32 : 128;
        Map<String, Integer> models = new LinkedHashMap<>();
        models.put("mobile-cnn", batch);
        models.put("vision-transformer", batch);
        TrainingStepBenchmark benchmark =
                new TrainingStepBenchmark("training-step", models, List.of("plain", "sandwich"), 8, options, out);
        benchmark.result.setting("sandwich", "largest, smallest, 2 random; in-place distillation");
        return benchmark;
    }

    /** Cell networks by single paths; a round trains every one of the members once. */
    static TrainingStepBenchmark ofCells(Options options, PrintStream out) {
        Map<String, Integer> models = new LinkedHashMap<>();
        models.put("cell-quick", options.quick() ? 32 : 128);
        models.put("cell-nasbench201", options.quick() ? 4 : 16);
        return new TrainingStepBenchmark(
                "cell-step", models, List.of("single-path"), StepWorker.DIFFERENT_STEPS, options, out);
    }

    Result run() {
        models.forEach(this::compare);
        return result.build();
    }

    private void compare(String model, int batchSize) {
        Map<String, String> threads = Map.of(
                "OMP_NUM_THREADS", String.valueOf(options.threads()),
                "OPENBLAS_NUM_THREADS", String.valueOf(options.threads()));
        try (TemporaryFolder folder = TemporaryFolder.create();
                Child weft = Child.weft(
                        threads, "training-step", model, folder.path(), options.threads(), batchSize, MOMENTUM, RATE)) {
            StepWorker.Ready ours = weft.answer(StepWorker.Ready.class); // its files are written now
            try (Child python = Child.start("PyTorch", command(folder), threads)) {
                StepWorker.Ready theirs = python.answer(StepWorker.Ready.class);
                checkSame(model + ": parameters", List.of((double) ours.parameters()), List.of((double)
                        theirs.parameters()));
                result.setting(model + " parameters", ours.parameters())
                        .setting("PyTorch", theirs.engine())
                        .setting("OpenBLAS kernels, PyTorch", python.kernels());
                for (String mode : modes) {
                    firstSteps(model, mode, weft, python);
                    inTurns(model + ", " + mode, mode, weft, python);
                    phases(model + ", " + mode, mode, weft, python);
                }
            }
        }
    }

    private List<String> command(TemporaryFolder folder) {
        return List.of(
                options.python(),
                options.script("training_step.py"),
                folder.path().toString(),
                String.valueOf(options.threads()),
                String.valueOf(MOMENTUM),
                String.valueOf(RATE));
    }

    /** The first step has fresh weights and the second shows that both updated alike; some rounds more warm up. */
    private void firstSteps(String model, String mode, Child weft, Child python) {
        for (int step = 1; step <= 2; step++) {
            List<Double> ours = weft.ask(mode + " 1", StepWorker.Steps.class).losses();
            List<Double> theirs =
                    python.ask(mode + " 1", StepWorker.Steps.class).losses();
            checkSame(model + ", " + mode + " step " + step + ": losses", ours, theirs);
            out.printf(
                    Locale.ROOT, "%s, %s step %d: losses %s in Weft, %s in PyTorch%n", model, mode, step, ours, theirs);
        }
        for (int round = 0; round < WARM_UP; round++) {
            weft.ask(mode + " " + steps, StepWorker.Steps.class);
            python.ask(mode + " " + steps, StepWorker.Steps.class);
        }
    }

    private void inTurns(String what, String mode, Child weft, Child python) {
        Turns ours = new Turns("Weft");
        Turns theirs = new Turns("PyTorch");
        for (int round = 0; round < rounds; round++) {
            StepWorker.Steps a = weft.ask(mode + " " + steps, StepWorker.Steps.class);
            StepWorker.Steps b = python.ask(mode + " " + steps, StepWorker.Steps.class);
            ours.add(a, b);
            theirs.add(b, null);
        }
        theirs.measured(result, what, "");
        ours.measured(result, what, "PyTorch");
        Spread ratio = ours.ratio(options);
        result.goal(what + ": Weft not slower than PyTorch", Turns.text(ratio), ratio.median() <= 1);
    }

    /** Where the time of a step goes, on both sides; Python's script builds no batches. */
    private void phases(String what, String mode, Child weft, Child python) {
        String command = mode + " " + steps + " phases";
        Map<String, Double> ours = weft.ask(command, StepWorker.Steps.class).phases();
        Map<String, Double> theirs = python.ask(command, StepWorker.Steps.class).phases();
        ours.forEach((phase, seconds) -> {
            result.measured(what + ": " + phase + ", Weft", "ms", Spread.of(seconds / steps * 1e3));
            if (theirs.containsKey(phase)) {
                result.measured(what + ": " + phase + ", PyTorch", "ms", Spread.of(theirs.get(phase) / steps * 1e3));
            }
        });
    }

    static void checkSame(String what, List<Double> ours, List<Double> theirs) {
        boolean same = ours.size() == theirs.size();
        for (int i = 0; same && i < ours.size(); i++) {
            same = Math.abs(ours.get(i) - theirs.get(i)) <= TOLERANCE;
        }
        if (!same) {
            throw new CheckFailedException(
                    what + " must agree to " + TOLERANCE + ", but Weft has " + ours + " and PyTorch " + theirs
                            + ". The two sides do not compute the same thing: times would mean nothing.");
        }
    }
}
