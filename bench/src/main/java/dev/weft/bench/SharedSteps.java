package dev.weft.bench;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Steps of several ways of sharing the weights of one network, each in a process of its own, in turns (A B C A B C); what is said of
 * a way is its time over the first one's of the same round.
 */
final class SharedSteps {
    private final Options options;
    private final PrintStream out;
    private final Result.Builder result;
    private final int rounds;
    private final int steps;
    private final int batchSize;

    SharedSteps(Options options, PrintStream out, Result.Builder result) {
        this.options = options;
        this.out = out;
        this.result = result;
        this.rounds = options.quick() ? 2 : 6;
        this.steps = options.quick() ? 2 : 3;
        this.batchSize = options.quick() ? 16 : 32;
        result.setting("threads", options.threads())
                .setting("batch", batchSize)
                .setting("rounds", rounds)
                .setting("steps a round", steps)
                .setting("optimiser", "AdamW");
    }

    /**
     * Measures.
     *
     * @param model a name of {@link BenchModels#searched}
     * @param kinds the first is what the others are compared with
     * @return each other way's ratio of times
     */
    Map<SharedStepWorker.Kind, Spread> compare(String model, int choices, List<SharedStepWorker.Kind> kinds) {
        String what = model + ", " + choices + " options";
        Map<SharedStepWorker.Kind, Child> children = new LinkedHashMap<>();
        try {
            for (SharedStepWorker.Kind kind : kinds) {
                children.put(
                        kind, Child.weft(threads(), "shared-step", kind, model, choices, options.threads(), batchSize));
            }
            Map<SharedStepWorker.Kind, Long> parameters = new LinkedHashMap<>();
            children.forEach((kind, child) -> {
                parameters.put(kind, child.answer(StepWorker.Ready.class).parameters());
                child.ask("weights 4", StepWorker.Steps.class); // warms up
            });
            Map<SharedStepWorker.Kind, Spread> ratios = inTurns(what, children);
            children.forEach((kind, child) -> {
                SharedStepWorker.Memory memory = child.ask("memory", SharedStepWorker.Memory.class);
                result.measured(
                        what + ": " + word(kind) + ": peak memory over the engine's, " + parameters.get(kind)
                                + " parameters",
                        "MiB",
                        Spread.of(memory.peakMib() - memory.engineMib()));
            });
            architecture(what, children);
            ratios.forEach((kind, ratio) -> out.printf(
                    Locale.ROOT, "%s: %s: %s of %s's step%n", what, word(kind), Turns.text(ratio), word(kinds.get(0))));
            return ratios;
        } finally {
            children.values().forEach(Child::close);
        }
    }

    /** The other half of a search step, of those that have one; no goal is of it. */
    private void architecture(String what, Map<SharedStepWorker.Kind, Child> children) {
        children.forEach((kind, child) -> {
            if (kind.isBlend()) {
                child.ask("architecture 1", StepWorker.Steps.class);
                result.measured(
                        what + ": " + word(kind) + ": architecture half",
                        "ms",
                        millis(child.ask("architecture " + steps, StepWorker.Steps.class)
                                .seconds()));
            }
        });
    }

    private Map<SharedStepWorker.Kind, Spread> inTurns(String what, Map<SharedStepWorker.Kind, Child> children) {
        Map<SharedStepWorker.Kind, Turns> turns = new LinkedHashMap<>();
        children.keySet().forEach(kind -> turns.put(kind, new Turns(word(kind))));
        for (int round = 0; round < rounds; round++) {
            StepWorker.Steps first = null;
            for (Map.Entry<SharedStepWorker.Kind, Child> entry : children.entrySet()) {
                StepWorker.Steps answer = entry.getValue().ask("weights " + steps, StepWorker.Steps.class);
                turns.get(entry.getKey()).add(answer, first);
                first = first == null ? answer : first;
            }
        }
        String first = word(children.keySet().iterator().next());
        Map<SharedStepWorker.Kind, Spread> ratios = new LinkedHashMap<>();
        turns.forEach((kind, times) -> {
            times.measured(result, what, first);
            if (!word(kind).equals(first)) {
                ratios.put(kind, times.ratio(options));
            }
        });
        return ratios;
    }

    static String word(SharedStepWorker.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    private Map<String, String> threads() {
        return Map.of("OMP_NUM_THREADS", String.valueOf(options.threads()));
    }

    static Spread millis(List<Double> seconds) {
        return Spread.of(seconds.stream().map(s -> s * 1e3).toList());
    }
}
