package dev.weft.bench;

import dev.weft.data.Batch;
import dev.weft.data.Batches;
import dev.weft.data.Splits;
import dev.weft.io.Kinds;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.MemberStatistics;
import dev.weft.ops.Libtorch;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.Recipes;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.train.Evaluation;
import dev.weft.train.TrainingStep;
import dev.weft.tree.GradientProbe;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;

/**
 * What is done with a whole cell space: one gradient-matching probe of each edge, in training steps of the same batch, and the
 * evaluation of members with inherited weights.
 */
final class CellSpaceBenchmark {
    private static final String NAME = "cell-space";
    private static final String RECIPE = "gradient-matching-quick";
    private static final long SEED = 1;

    private final Options options;
    private final PrintStream out;
    private final Recipe recipe;
    private final Splits splits;
    private final Result.Builder result = new Result.Builder(NAME);

    CellSpaceBenchmark(Options options, PrintStream out) {
        this.options = options;
        this.out = out;
        Recipe open = Recipes.read(RECIPE);
        this.splits = open.data().open(SEED);
        this.recipe = open.on(open.data().input(splits), Kinds.builtIn());
    }

    Result run() {
        Libtorch.useThreads(options.threads());
        try (Family family = Family.of(recipe.model(), SEED)) {
            result.setting("threads", options.threads())
                    .setting("recipe", RECIPE)
                    .setting("batch", recipe.data().batchSize())
                    .setting("members of the space", family.space().count());
            probes(family);
            evaluations(family);
        }
        return result.build();
    }

    /** Runs some steps of single paths before each probe, which also train the weights a little. */
    private void probes(Family family) {
        Batches batches = recipe.data().batches(splits.train(), SEED);
        GradientProbe probe = new GradientProbe(family, recipe.train(), recipe.split(), 0);
        int steps = options.quick() ? 5 : 100;
        List<Double> step = new ArrayList<>();
        List<Double> probed = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        try (TrainingStep trainingStep = new TrainingStep(family, recipe.train())) {
            steps(family, trainingStep, batches, steps, 0); // warms up
            for (Choice<?> edge : family.space().choices()) {
                double each = steps(family, trainingStep, batches, steps, step.size() + 1);
                long start = Machine.threadNanos();
                probe.distances(edge, edge.options(), batches, SEED);
                double millis = (Machine.threadNanos() - start) * 1e-6;
                step.add(each);
                probed.add(millis);
                ratios.add(millis / each);
                out.printf(Locale.ROOT, "%s: a probe %.0f ms, %.1f steps%n", edge.name(), millis, millis / each);
            }
        }
        result.setting("probe", recipe.split().repeats() + " batches, five operations")
                .measured("a training step, single path, processor time of the thread", "ms", Spread.of(step))
                .measured("a probe of one edge, processor time of the thread", "ms", Spread.of(probed))
                .measured("a probe of one edge, in training steps", "", Spread.of(ratios));
    }

    /** Trains, building batches included; milliseconds of the processor a step, in the mean over members. */
    private double steps(Family family, TrainingStep trainingStep, Batches batches, int count, long round) {
        SplittableRandom random = new SplittableRandom(round);
        long start = Machine.threadNanos();
        for (int i = 0; i < count; i++) {
            try (PointerScope scope = new PointerScope()) {
                Batch batch = batches.batch(round * count + i);
                TrainingMember draw =
                        new TrainingMember(Role.RANDOM, family.space().sample(random));
                trainingStep.run(
                        batch, List.of(draw), recipe.train().optimizer().learningRate(), i + 1, i, List.of());
            }
        }
        return (Machine.threadNanos() - start) * 1e-6 / count;
    }

    private void evaluations(Family family) {
        Set<Member> members = new LinkedHashSet<>();
        SplittableRandom random = new SplittableRandom(SEED);
        while (members.size() < (options.quick() ? 5 : 200)) {
            members.add(family.space().sample(random));
        }
        List<Double> recalibrated = new ArrayList<>();
        List<Double> byBatch = new ArrayList<>();
        double seconds = 0;
        double secondsByBatch = 0;
        for (Member member : members) {
            long start = System.nanoTime();
            try (MemberStatistics statistics = Evaluation.calibrate(
                    family,
                    member,
                    splits.train(),
                    recipe.train().calibrationBatches(),
                    recipe.data().batchSize())) {
                Evaluation.accuracy(family, member, statistics, splits.selection());
            }
            long middle = System.nanoTime();
            Evaluation.accuracy(family, member, BatchStatistics.INSTANCE, splits.selection());
            long end = System.nanoTime();
            recalibrated.add((middle - start) * 1e-6);
            byBatch.add((end - middle) * 1e-6);
            seconds += (middle - start) * 1e-9;
            secondsByBatch += (end - middle) * 1e-9;
        }
        result.setting("evaluated members", members.size())
                .setting(
                        "recalibration",
                        recipe.train().calibrationBatches() + " batches of "
                                + recipe.data().batchSize())
                .setting("selection images", splits.selection().size());
        rate(family, "recalibrated", recalibrated, members.size() / seconds);
        rate(family, "with statistics of the batch", byBatch, members.size() / secondsByBatch);
    }

    private void rate(Family family, String how, List<Double> millis, double perSecond) {
        double minutes = family.space().count().doubleValue() / perSecond / 60;
        out.printf(Locale.ROOT, "%s: the whole space in %.0f minutes%n", how, minutes);
        result.measured("a member, " + how, "ms", Spread.of(millis))
                .measured("evaluated members per minute, " + how, "", Spread.of(perSecond * 60))
                .measured("the whole space, " + how + ", at this rate", "min", Spread.of(minutes));
    }
}
