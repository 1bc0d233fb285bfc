package dev.weft.train;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.architecture.ArchitectureSettings;
import dev.weft.architecture.ArchitectureStep;
import dev.weft.architecture.CostTerm;
import dev.weft.cost.DifferentiableCost;
import dev.weft.data.Batch;
import dev.weft.data.Batches;
import dev.weft.io.CheckFailedException;
import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.model.ModelDefinition;
import dev.weft.model.ModelInput;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Calibration;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.nn.RunningStatistics;
import dev.weft.ops.Bundle;
import dev.weft.ops.Tensors;
import dev.weft.recipe.DataSettings;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.TrainSettings;
import dev.weft.sample.Sampling;
import dev.weft.seed.RandomStream;
import dev.weft.space.Member;
import dev.weft.step.MemberLoss;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * One whole training step of a recipe and one evaluation of each of its members, on random images and labels of the real shape: shows
 * that the recipe works, and what a step costs, without the data. A batch is small, so that a full-scale recipe runs on a laptop.
 */
public final class DryRun {
    /**
     * @param params of all shared weights
     * @param updateSeconds after the members' passes: clipping and the optimiser
     * @param architecture the step of a blend's logits that came first; {@code null} where nothing is blended
     * @param peakMemoryBytes of this process since it began; {@code null} where the system does not tell
     */
    public record Result(
            String recipe,
            ModelInput input,
            int batchSize,
            long params,
            List<MemberResult> members,
            double updateSeconds,
            @JsonInclude(JsonInclude.Include.NON_NULL) ArchitectureResult architecture,
            Long peakMemoryBytes) {
        public Result {
            members = List.copyOf(members);
        }
    }

    /**
     * One member of the step.
     *
     * @param member its one-line form
     * @param params of its own weights
     * @param trainSeconds forward and backward
     * @param evaluateSeconds recalibration of batch norm on one batch, then a forward pass
     */
    public record MemberResult(
            Role role, String member, long params, double loss, double trainSeconds, double evaluateSeconds) {}

    /**
     * A step of a blend's logits: forward, backward and update.
     *
     * @param logits how many numbers
     */
    public record ArchitectureResult(long logits, double loss, double seconds) {}

    private DryRun() {}

    /**
     * Runs the step. The learning rate is the recipe's, scaled from its batch size to this one's; a teacher, which may not exist yet,
     * gives random logits.
     *
     * @param input what the model reads, see {@link DataSettings#standIn} and {@link DataSettings#input}
     * @param batchSize at least 2, or batch norm has nothing to average where a map has one pixel
     * @throws InputException when the recipe cannot train
     * @throws CheckFailedException when a loss or a logit is not finite
     */
    public static Result run(Recipe recipe, ModelInput input, int batchSize, long seed, Kinds kinds) {
        if (batchSize < 2) {
            throw new InputException("A dry run must have a batch size >= 2, but got " + batchSize + ".");
        }
        Recipe bound = recipe.on(input, kinds);
        ModelDefinition model = bound.model();
        List<TrainSettings> phases = recipe.train().ofPhases();
        TrainSettings train = phases.get(phases.size() - 1);
        SplittableRandom random = RandomStream.STAND_IN.random(seed);
        try (PointerScope scope = new PointerScope();
                Family family = Family.of(model, seed, bound.sharing(), kinds);
                RunningStatistics running = train.runningStatistics() ? Loop.runningStatistics(model) : null;
                Batch batch = batch(input, batchSize, random);
                Sampling sampling = train.sampler()
                        .start(new Sampling.Setup(
                                family, train.loss(), train.epochs(), batchSize, one(batch), 1, seed));
                TrainingStep step = new TrainingStep(
                        family,
                        train,
                        running == null ? BatchStatistics.INSTANCE : running,
                        train.distillation().hasFrozenTeacher() ? inputs -> likeOutputs(family, inputs, random) : null,
                        sampling,
                        0)) { // as in the epochs that have a teacher
            List<TrainingMember> draws = sampling.draw(0, batch, random);
            double rate =
                    train.optimizer().learningRate() * batchSize / recipe.data().batchSize();
            ArchitectureResult architecture =
                    train.architecture() == null ? null : architecture(recipe, family, batch, draws.get(0), rate);
            Clock clock = new Clock();
            List<MemberLoss> losses = step.run(batch, draws, rate, 1, seed, List.of(sampling, clock));
            double updateSeconds = clock.lap();
            List<MemberResult> members = new ArrayList<>();
            for (int i = 0; i < draws.size(); i++) {
                Member member = draws.get(i).member();
                evaluate(family, member, batch);
                members.add(new MemberResult(
                        draws.get(i).role(),
                        family.space().print(member),
                        params(model.at(member)),
                        losses.get(i).loss(),
                        clock.seconds.get(i),
                        clock.lap()));
            }
            return new Result(
                    recipe.name(),
                    input,
                    batchSize,
                    params(family),
                    members,
                    updateSeconds,
                    architecture,
                    peakMemoryBytes());
        }
    }

    /** A data set of one batch. */
    public static Batches one(Batch batch) {
        return new Batches() {
            @Override
            public long stepsPerEpoch() {
                return 1;
            }

            @Override
            public Batch batch(long step) {
                return batch;
            }
        };
    }

    /** Its cost is left out where it needs a table, which may not exist yet. */
    private static ArchitectureResult architecture(
            Recipe recipe, Family family, Batch batch, TrainingMember draw, double rate) {
        ArchitectureSettings settings = recipe.train().architecture();
        CostTerm term = settings.cost();
        DifferentiableCost cost = term == null || term.table() != null ? null : term.of(family.plan());
        long began = System.nanoTime();
        try (ArchitectureStep step = new ArchitectureStep(
                family,
                recipe.train().architecture(),
                recipe.train().loss(),
                recipe.train().update(),
                cost)) {
            double loss = step.run(batch, batch, draw, settings.optimizer().learningRate(), rate, 1);
            long logits = family.weights().tensors().entrySet().stream()
                    .filter(entry -> family.hasOwnUpdate(entry.getKey()))
                    .mapToLong(entry -> entry.getValue().numel())
                    .sum();
            return new ArchitectureResult(logits, loss, (System.nanoTime() - began) / 1e9);
        }
    }

    private static void evaluate(Family family, Member member, Batch batch) {
        Calibration calibration = new Calibration();
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            family.forward(batch.inputs(), new Pass(member, calibration, 0, 0));
            try (MemberStatistics statistics = calibration.statistics()) {
                Bundle outputs = family.forward(batch.inputs(), Pass.evaluation(member, statistics));
                if (!Evaluation.isFinite(outputs)) {
                    throw new CheckFailedException("After one step the logits of member \"" + member
                            + "\" are not finite; lower the learning rate or clip gradients.");
                }
            }
        }
    }

    /** A batch of random examples with random labels; the caller closes it. */
    public static Batch batch(ModelInput input, int size, SplittableRandom random) {
        Bundle targets = input.randomTargets(size, random);
        return new Batch(
                input.random(size, random),
                targets,
                IntStream.range(0, size).boxed().toList());
    }

    /** Outputs like those of a member, of numbers from 0 to 1: what a teacher who knows nothing gives. */
    private static Bundle likeOutputs(Family family, Bundle inputs, SplittableRandom random) {
        Pass pass = new Pass(family.space().largest(), BatchStatistics.INSTANCE, 0, 0);
        return family.forward(inputs, pass).map(output -> {
            float[] values = new float[Math.toIntExact(output.numel())];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextFloat();
            }
            return Tensors.of(values, output.shape());
        });
    }

    private static long params(ModelDefinition model) {
        try (Family shapes = Family.ofShapes(model)) {
            return params(shapes);
        }
    }

    private static long params(Family family) {
        return family.weights().tensors().values().stream()
                .mapToLong(Tensor::numel)
                .sum();
    }

    private static Long peakMemoryBytes() {
        Path status = Path.of("/proc/self/status");
        try {
            if (Files.isReadable(status)) {
                for (String line : Files.readAllLines(status)) {
                    if (line.startsWith("VmHWM:")) {
                        return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
                    }
                }
            }
            return null;
        } catch (IOException e) {
            return null;
        }
    }

    /** Seconds from one event to the next. */
    private static final class Clock implements TrainingListener {
        private final List<Double> seconds = new ArrayList<>();
        private long last = System.nanoTime();

        private double lap() {
            long now = System.nanoTime();
            double lap = (now - last) / 1e9;
            last = now;
            return lap;
        }

        @Override
        public void memberTrained(long step, MemberLoss loss) {
            seconds.add(lap());
        }
    }
}
