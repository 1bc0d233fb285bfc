package dev.weft.bench;

import dev.weft.io.CheckFailedException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One optimiser step in Weft and in PyTorch for Python: same networks, weights, batch, members and threads, in turns (A B A B) from
 * this one driver. First it checks that both compute the same losses.
 */
final class TrainingStepBenchmark {
    private static final String NAME = "training-step";
    private static final double MOMENTUM = 0.9;
    private static final double RATE = 0.01;
    private static final double TOLERANCE = 1e-4;
    private static final List<String> MODELS = List.of("mobile-cnn", "vision-transformer");
    private static final List<String> MODES = List.of("plain", "sandwich");

    private final Options options;
    private final PrintStream out;
    private final Result.Builder result = new Result.Builder(NAME);

    TrainingStepBenchmark(Options options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    Result run() {
        int rounds = options.quick() ? 2 : 10;
        int steps = options.quick() ? 2 : 8;
        int batchSize = options.quick() ? 32 : 128;
        result.setting("threads", options.threads())
                .setting("batch", batchSize)
                .setting("rounds", rounds)
                .setting("steps a round", steps)
                .setting("optimiser", "SGD, momentum " + MOMENTUM)
                .setting("sandwich", "largest, smallest, 2 random; in-place distillation");
        for (String model : MODELS) {
            compare(model, batchSize, rounds, steps);
        }
        return result.build();
    }

    private void compare(String model, int batchSize, int rounds, int steps) {
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
                result.setting(model + " parameters", ours.parameters()).setting("PyTorch", theirs.engine());
                for (String mode : MODES) {
                    firstSteps(model, mode, weft, python);
                    inTurns(model + ", " + mode, mode, weft, python, rounds, steps);
                    phases(model + ", " + mode, mode, weft, python, steps);
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

    /** The first step has fresh weights and the second shows that both updated alike; one more round warms up. */
    private void firstSteps(String model, String mode, Child weft, Child python) {
        for (int step = 1; step <= 2; step++) {
            List<Double> ours = weft.ask(mode + " 1", StepWorker.Steps.class).losses();
            List<Double> theirs =
                    python.ask(mode + " 1", StepWorker.Steps.class).losses();
            checkSame(model + ", " + mode + " step " + step + ": losses", ours, theirs);
            out.printf(
                    Locale.ROOT, "%s, %s step %d: losses %s in Weft, %s in PyTorch%n", model, mode, step, ours, theirs);
        }
        weft.ask(mode + " 3", StepWorker.Steps.class);
        python.ask(mode + " 3", StepWorker.Steps.class);
    }

    private void inTurns(String what, String mode, Child weft, Child python, int rounds, int steps) {
        List<Double> ours = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            List<Double> a =
                    weft.ask(mode + " " + steps, StepWorker.Steps.class).seconds();
            List<Double> b =
                    python.ask(mode + " " + steps, StepWorker.Steps.class).seconds();
            ours.addAll(a);
            theirs.addAll(b);
            ratios.add(Spread.median(a) / Spread.median(b));
        }
        Spread ratio = Spread.of(ratios);
        result.measured(what + ": Weft", "ms", millis(ours))
                .measured(what + ": PyTorch", "ms", millis(theirs))
                .measured(what + ": Weft / PyTorch, by round", "", ratio)
                .goal(
                        what + ": Weft not slower than PyTorch",
                        String.format(
                                Locale.ROOT, "ratio %.3f (%.3f to %.3f)", ratio.median(), ratio.min(), ratio.max()),
                        ratio.median() <= 1);
    }

    /** Where the time of a step goes, on both sides; Python's script builds no batches. */
    private void phases(String what, String mode, Child weft, Child python, int steps) {
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

    private static Spread millis(List<Double> seconds) {
        return Spread.of(seconds.stream().map(s -> s * 1e3).toList());
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
