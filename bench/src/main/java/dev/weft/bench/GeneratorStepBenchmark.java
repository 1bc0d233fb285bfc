package dev.weft.bench;

import dev.weft.data.Batch;
import dev.weft.model.Family;
import dev.weft.model.ImageInput;
import dev.weft.model.ModelDefinition;
import dev.weft.nn.BatchStatistics;
import dev.weft.space.Member;
import dev.weft.train.CostLevelSampler;
import dev.weft.train.Draw;
import dev.weft.train.LevelDistribution;
import dev.weft.train.Recipe;
import dev.weft.train.Recipes;
import dev.weft.train.Role;
import dev.weft.train.Sampling;
import dev.weft.train.TrainingStep;
import dev.weft.weight.GeneratedWeights;
import dev.weft.weight.Sharing;
import java.io.PrintStream;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * What a generator adds to a step: drawing the member, masks in its weights, the cost, and its own backward pass and update, over the
 * same member's step as a slice. Both take turns in one process, step by step.
 */
final class GeneratorStepBenchmark {
    private static final double GOAL = 1.05;
    private static final double RATE = 1e-6; // that neither side trains away from the other

    private final Options options;
    private final PrintStream out;
    private final Result.Builder result = new Result.Builder("generator-step");

    GeneratorStepBenchmark(Options options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    Result run() {
        torch.set_num_threads(options.threads());
        result.setting("threads", options.threads()).setting("view", "slice");
        compare("shiftnas-quick", 64, 28, 1, 10, options.quick() ? 20 : 300);
        compare("shiftnas-autoformer-tiny", 4, 224, 3, 1000, options.quick() ? 3 : 20);
        compare("shiftnas-autoformer-tiny", 16, 224, 3, 1000, options.quick() ? 2 : 12);
        return result.build();
    }

    private void compare(String name, int batchSize, int size, int channels, int classes, int steps) {
        Recipe recipe = Recipes.read(name);
        ImageInput input = input(size, channels, classes);
        ModelDefinition model = recipe.model().withInput(input);
        Sharing.Generator generator = (Sharing.Generator) recipe.sharing().get(0);
        List<Sharing> slices = List.of(new Sharing.Generator(
                generator.metric(), generator.hidden(), generator.temperature(), Sharing.View.SLICE));
        CostLevelSampler given = (CostLevelSampler) recipe.train().sampler();
        CostLevelSampler sampler = new CostLevelSampler(
                given.metric(), given.levels(), new LevelDistribution.Uniform(), given.members(), 1);
        SplittableRandom random = new SplittableRandom(1);
        Turns with = new Turns("generated members");
        Turns without = new Turns("the same members as slices");
        try (Family family = Family.of(model, 1, slices);
                Batch batch = new Batch(
                        input.random(batchSize, random),
                        Tensor.create(random.longs(batchSize, 0, classes).toArray(), batchSize),
                        IntStream.range(0, batchSize).boxed().toList());
                Sampling sampling = sampler.start(new Sampling.Setup(family, recipe.train(), 1, null, steps, 1))) {
            GeneratedWeights generated = family.strategy(GeneratedWeights.class).orElseThrow();
            try (TrainingStep both =
                            new TrainingStep(family, recipe.train(), BatchStatistics.INSTANCE, null, sampling);
                    TrainingStep weights = new TrainingStep(family, recipe.train())) {
                for (int i = -steps / 3; i < steps; i++) { // the first ones warm up
                    int step = i;
                    Member[] plain = new Member[1];
                    StepWorker.Steps generatedStep = timed(() -> {
                        List<Draw> draws = sampling.draw(0, batch, new SplittableRandom(step));
                        plain[0] = generated.plain(draws.get(0).member());
                        return both.run(batch, draws, RATE, 1, 1, List.of(sampling));
                    });
                    StepWorker.Steps slicedStep = timed(
                            () -> weights.run(batch, List.of(new Draw(Role.RANDOM, plain[0])), RATE, 1, 1, List.of()));
                    if (i >= 0) {
                        with.add(generatedStep, slicedStep);
                        without.add(slicedStep, null);
                    }
                }
            }
        }
        String what = name + ", batch " + batchSize;
        without.measured(result, what, "");
        with.measured(result, what, "sliced");
        Spread ratio = with.ratio(options);
        out.printf(Locale.ROOT, "%s: %s%n", what, Turns.text(ratio));
        result.goal(what + ": within " + GOAL + " of the sliced step", Turns.text(ratio), ratio.median() <= GOAL);
    }

    private static ImageInput input(int size, int channels, int classes) {
        return new ImageInput(
                channels,
                size,
                Collections.nCopies(channels, 0.5),
                Collections.nCopies(channels, 0.25),
                IntStream.range(0, classes).mapToObj(i -> "class" + i).toList());
    }

    private static StepWorker.Steps timed(Supplier<List<?>> step) {
        long computed = Machine.threadNanos();
        long start = System.nanoTime();
        try (PointerScope scope = new PointerScope()) {
            step.get();
        }
        return new StepWorker.Steps(
                List.of((System.nanoTime() - start) / 1e9),
                List.of((Machine.threadNanos() - computed) / 1e9),
                List.of(),
                Map.of());
    }
}
