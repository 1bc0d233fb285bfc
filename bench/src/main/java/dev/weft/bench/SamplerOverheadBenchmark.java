package dev.weft.bench;

import dev.weft.data.Batch;
import dev.weft.data.Batches;
import dev.weft.data.Dataset;
import dev.weft.data.Splits;
import dev.weft.io.Kinds;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.nn.BatchStatistics;
import dev.weft.ops.Libtorch;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.Recipes;
import dev.weft.recipe.TrainSettings;
import dev.weft.sample.Sampler;
import dev.weft.sample.Sampling;
import dev.weft.sample.level.CostLevelSampler;
import dev.weft.sample.level.LevelDistribution;
import dev.weft.step.MemberLoss;
import dev.weft.step.StepReport;
import dev.weft.train.TrainingStep;
import dev.weft.weight.Sharing;
import dev.weft.weight.generator.GeneratedWeights;
import dev.weft.weight.generator.MemberGenerator;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;

/**
 * What a sampler adds to the steps of a run: PA&amp;DA's notes of gradient norms, ShiftNAS's generator. Two families of equal weights
 * train in turns, step by step, the second on the batch and the members that the sampler drew for the first, as plain members and
 * without the sampler. With it counts all it does, ends of epochs and updates of levels included; building a batch counts on neither
 * side, nor does drawing a member without it.
 */
final class SamplerOverheadBenchmark {
    private static final String NAME = "sampler-overhead";
    private static final double GOAL = 1.05;
    private static final long SEED = 1;

    private final Options options;
    private final PrintStream out;
    private final Result.Builder result = new Result.Builder(NAME);

    SamplerOverheadBenchmark(Options options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    Result run() {
        Libtorch.useThreads(options.threads());
        result.setting("threads", options.threads()).setting("recipes", "pa-da-quick, shiftnas-quick");
        Recipe paths = Recipes.read("pa-da-quick");
        compare("PA&DA", paths, paths.sharing(), paths.train());
        Recipe shift = Recipes.read("shiftnas-quick");
        CostLevelSampler learned = (CostLevelSampler) shift.train().sampler();
        Sampler uniform = new CostLevelSampler(
                learned.metric(),
                learned.levels(),
                new LevelDistribution.Uniform(),
                learned.members(),
                learned.perStep());
        TrainSettings generator = shift.train().with(uniform, shift.train().distillation());
        for (MemberGenerator.View view : List.of(MemberGenerator.View.SLICE, MemberGenerator.View.MASK)) {
            MemberGenerator kept = (MemberGenerator) shift.sharing().get(0);
            List<Sharing> sharing =
                    List.of(new MemberGenerator(kept.metric(), kept.hidden(), kept.temperature(), view));
            String name = view.name().toLowerCase(Locale.ROOT);
            compare("ShiftNAS, generator, view " + name, shift, sharing, generator);
        }
        Sampler fromTheStart = new CostLevelSampler(
                learned.metric(), learned.levels(), atOnce(learned), learned.members(), learned.perStep());
        compare(
                "ShiftNAS, generator, view slice, and learned levels",
                shift,
                shift.sharing(),
                shift.train().with(fromTheStart, shift.train().distillation()));
        return result.build();
    }

    /** Levels that are learned from the first interval on: the rounds here end before the recipe's would be. */
    private static LevelDistribution atOnce(CostLevelSampler sampler) {
        LevelDistribution.Learned kept = (LevelDistribution.Learned) sampler.distribution();
        return new LevelDistribution.Learned(
                kept.optimizer(), kept.interval(), 0, kept.mode(), kept.levelsPerUpdate(), kept.heldOutPart());
    }

    private void compare(String what, Recipe open, List<Sharing> sharing, TrainSettings train) {
        Splits splits = open.data().open(SEED);
        Recipe recipe = open.on(open.data().input(splits), Kinds.builtIn());
        Dataset trained = splits.train();
        Batches heldOut = null;
        if (train.sampler().heldOutPart() > 0) {
            Dataset.Halves halves = trained.halves(train.sampler().heldOutPart(), SEED);
            trained = halves.first();
            heldOut = recipe.data().batches(halves.second(), SEED);
        }
        Batches batches = recipe.data().batches(trained, SEED);
        try (Family family = Family.of(recipe.model(), SEED, sharing);
                Family plain = Family.of(recipe.model(), SEED);
                Sampling sampling = train.sampler()
                        .start(new Sampling.Setup(
                                family,
                                train.loss(),
                                train.epochs(),
                                trained.size(),
                                heldOut,
                                batches.stepsPerEpoch(),
                                SEED));
                TrainingStep with = new TrainingStep(family, train, BatchStatistics.INSTANCE, null, sampling, 0);
                TrainingStep without = new TrainingStep(plain, train)) {
            Pair pair = new Pair(
                    what,
                    family,
                    sampling,
                    sampling.batches(batches),
                    with,
                    without,
                    train.optimizer().learningRate());
            int steps = options.quick() ? 4 : (int) batches.stepsPerEpoch();
            pair.round(steps); // warms up
            List<Double> clock = new ArrayList<>();
            List<Double> processor = new ArrayList<>();
            List<Double> added = new ArrayList<>();
            for (int round = 0; round < (options.quick() ? 2 : 8); round++) {
                double[] nanos = pair.round(steps);
                clock.add(nanos[0] / nanos[1]);
                processor.add(nanos[2] / nanos[3]);
                added.add((nanos[2] - nanos[3]) / steps * 1e-6);
            }
            Spread ratio = Spread.of(options.threads() == 1 ? processor : clock);
            out.printf(Locale.ROOT, "%s: with / without %s%n", what, Turns.text(ratio));
            result.setting(what + ", steps a round", steps)
                    .measured(what + ": with / without, by round", "", Spread.of(clock))
                    .measured(
                            what + ": with / without, by round, processor time of the thread", "", Spread.of(processor))
                    .measured(what + ": added to a step, processor time", "ms", Spread.of(added))
                    .goal(what + ": under 5 % of a step", Turns.text(ratio), ratio.median() < GOAL);
        }
    }

    /** The two trainings. */
    private static final class Pair {
        private final String what;
        private final Family family;
        private final Sampling sampling;
        private final Batches batches;
        private final TrainingStep with;
        private final TrainingStep without;
        private final double rate;
        private long done;

        Pair(
                String what,
                Family family,
                Sampling sampling,
                Batches batches,
                TrainingStep with,
                TrainingStep without,
                double rate) {
            this.what = what;
            this.family = family;
            this.sampling = sampling;
            this.batches = batches;
            this.with = with;
            this.without = without;
            this.rate = rate;
        }

        /** Nanoseconds of so many steps: of the clock with and without, of the processor with and without. */
        double[] round(int steps) {
            double[] nanos = new double[4];
            for (int i = 0; i < steps; i++) {
                try (PointerScope scope = new PointerScope()) {
                    Batch batch = batches.batch(done);
                    done++;
                    long computed = Machine.threadNanos();
                    long start = System.nanoTime();
                    List<TrainingMember> draws = sampling.draw(done - 1, batch, new SplittableRandom(done));
                    List<MemberLoss> ours = with.run(batch, draws, rate, done, done, List.of(sampling));
                    sampling.stepDone(new StepReport(done, Long.MAX_VALUE, rate, ours));
                    nanos[0] += System.nanoTime() - start;
                    nanos[2] += Machine.threadNanos() - computed;
                    List<TrainingMember> plain = draws.stream()
                            .map(draw -> family.strategy(GeneratedWeights.class)
                                    .map(generated -> new TrainingMember(draw.role(), generated.plain(draw.member())))
                                    .orElse(draw))
                            .toList();
                    computed = Machine.threadNanos();
                    start = System.nanoTime();
                    List<MemberLoss> theirs = without.run(batch, plain, rate, done, done, List.of());
                    nanos[1] += System.nanoTime() - start;
                    nanos[3] += Machine.threadNanos() - computed;
                    if (done == 1) { // later a masked sum may have been rounded otherwise
                        TrainingStepBenchmark.checkSame(what + ", first step: losses", losses(ours), losses(theirs));
                    }
                }
            }
            return nanos;
        }

        private static List<Double> losses(List<MemberLoss> losses) {
            return losses.stream().map(MemberLoss::loss).toList();
        }
    }
}
