package dev.weft.train;

import dev.weft.architecture.ArchitectureStep;
import dev.weft.data.Batch;
import dev.weft.data.Dataset;
import dev.weft.io.Kinds;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.metric.Metric;
import dev.weft.model.BatchNorms;
import dev.weft.model.Family;
import dev.weft.model.ModelDefinition;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.NormStatistics;
import dev.weft.nn.RunningStatistics;
import dev.weft.optim.WeightAverage;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.TrainSettings;
import dev.weft.sample.Sampling;
import dev.weft.seed.RandomStream;
import dev.weft.step.MemberLoss;
import dev.weft.step.Step;
import dev.weft.step.StepListener;
import dev.weft.step.StepReport;
import dev.weft.step.Update;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Trains a family in steps: members are drawn, and each {@link Update} moves what it owns. Free of any folder, so that a whole run, a phase
 * of one, and whoever else trains for some steps from weights that it is given go the same way. All that it remembers is in
 * {@link #updates} and {@link #rest}. Holds native memory until {@link #close}.
 */
final class Loop implements AutoCloseable {
    private static final double RUNNING_MOMENTUM = 0.1;

    private final Recipe recipe;
    private final long seed;
    private final Family family;
    private final TrainingParts data;
    private final Function<String, Path> teachers;
    private final RunningStatistics running; // null where none are kept
    private final WeightAverage average; // null where the weights themselves are shipped
    private final BestWeights best; // null where the last weights are shipped
    private final ArchitectureUpdate architecture; // null where weights are not blended
    private PhaseRun phase;
    private long step;

    /**
     * @param recipe with its model bound to the data
     * @param train the training split
     * @param seed of everything random
     * @param begins whether the first step is still to come: what goes on takes its weights from a checkpoint, and opens no base
     * @param teachers the file of the family that a phase, by name, has left for a later one to learn from
     * @param kinds that the recipe may name
     */
    Loop(Recipe recipe, Dataset train, long seed, boolean begins, Function<String, Path> teachers, Kinds kinds) {
        TrainSettings rule = recipe.train();
        this.recipe = recipe;
        this.seed = seed;
        this.teachers = teachers;
        this.family = FreshFamily.of(recipe, train, seed, begins, kinds);
        this.running = rule.runningStatistics() ? runningStatistics(recipe.model()) : null;
        this.data = TrainingParts.of(recipe, train, seed);
        this.phase = phase(0);
        this.average = rule.average() == null
                ? null
                : new WeightAverage(
                        rule.average(),
                        family,
                        Family.of(recipe.model(), seed, recipe.sharing(), kinds),
                        name -> !phase.training().weights().owns(name));
        this.best = rule.best() == null
                ? null
                : new BestWeights(rule.best(), shown(), Family.of(recipe.model(), seed, recipe.sharing(), kinds));
        this.architecture = rule.architecture() == null
                ? null
                : new ArchitectureUpdate(
                        rule.architecture(),
                        new ArchitectureStep(
                                family,
                                rule.architecture(),
                                rule.loss(),
                                rule.update(),
                                rule.architecture().costOf(recipe.family()),
                                phase.training().optimizerState()),
                        data.heldOut());
        TrainingStep.requireOneOwner(updates(), family);
    }

    private PhaseRun phase(int index) {
        NormStatistics norm = running == null ? BatchStatistics.INSTANCE : running;
        return PhaseRun.begin(index, recipe, seed, family, data, norm, teachers);
    }

    static RunningStatistics runningStatistics(ModelDefinition model) {
        return new RunningStatistics(RUNNING_MOMENTUM, BatchNorms.channelsOfAll(model));
    }

    /** Goes over to another phase, whose optimiser remembers nothing yet. */
    void enter(int index) {
        PhaseRun next = phase(index);
        phase.close();
        phase = next;
    }

    /**
     * Trains for one step.
     *
     * @return what was done
     * @throws dev.weft.io.CheckFailedException when a loss or a logit is not finite; what an earlier update of the step moved has moved
     */
    StepReport next(List<? extends StepListener> listeners) {
        TrainSettings train = phase.train();
        long steps = steps();
        double rate =
                phase.learningRate() * train.schedule().factor(phase.epoch(step, stepsPerEpoch()), train.epochs());
        SplittableRandom random = Sampling.random(seed, step);
        List<StepListener> all = new ArrayList<>(listeners);
        all.add(0, phase.sampling());
        Map<String, Map<String, Double>> measures = new LinkedHashMap<>();
        List<MemberLoss> losses;
        try (PointerScope scope = new PointerScope()) {
            List<Batch> trained = new ArrayList<>();
            for (int i = 0; i < train.batchesPerStep(); i++) {
                trained.add(phase.batches().batch(step * train.batchesPerStep() + i));
            }
            List<TrainingMember> draws = drawn(trained.get(0), random, (double) step / steps);
            try (MemberPasses members = phase.training()
                    .passes(trained, () -> running(draws), step + 1, RandomStream.DROPOUT.bits(seed, step), all)) {
                Step now = new Step(
                        step,
                        stepsPerEpoch(),
                        trained,
                        rate,
                        members,
                        () -> running(drawn(trained.get(0), random, (double) step / steps)),
                        all);
                for (Update update : updates()) {
                    update.step(now);
                    if (!update.measures().isEmpty()) {
                        measures.put(update.name(), update.measures());
                    }
                }
                losses = members.losses();
            }
        }
        step++;
        if (average != null) {
            average.update(step);
        }
        StepReport report = new StepReport(step, steps, rate, losses, measures);
        all.forEach(listener -> listener.stepDone(report));
        return report;
    }

    /** Those of a step, in the order in which they move: logits first, so that the weights train under them. */
    List<Update> updates() {
        List<Update> updates = new ArrayList<>(phase.training().updates());
        if (architecture != null) {
            updates.add(0, architecture);
        }
        return updates;
    }

    /** The members of a step, at the temperature that its place in the run has. */
    private List<TrainingMember> drawn(Batch batch, RandomGenerator random, double progress) {
        List<TrainingMember> draws = phase.sampling().draw(step, batch, random);
        double temperature = family.temperature(progress);
        return draws.stream()
                .map(draw -> new TrainingMember(draw.role(), draw.member(), temperature))
                .toList();
    }

    /** What runs of the members of a step, by the weights as they are now. */
    private List<TrainingMember> running(List<TrainingMember> draws) {
        return draws.stream()
                .map(draw -> new TrainingMember(draw.role(), family.drawn(draw.member()), draw.temperature()))
                .toList();
    }

    /** What is remembered beside what updates do, by the names that a checkpoint has for it: kept tensors whose shapes never change. */
    Map<String, Tensor> rest() {
        Map<String, Tensor> rest = new LinkedHashMap<>();
        if (running != null) {
            running.tensors().forEach((name, tensor) -> rest.put(Checkpoints.STATISTICS + name, tensor));
        }
        family.weights().buffers().forEach((name, tensor) -> rest.put(Checkpoints.BUFFER + name, tensor));
        phase.sampling().state().forEach((name, tensor) -> rest.put(Checkpoints.SAMPLER + name, tensor));
        if (average != null) {
            average.tensors().forEach((name, tensor) -> rest.put(Checkpoints.AVERAGE + name, tensor));
        }
        if (best != null) {
            best.tensors().forEach((name, tensor) -> rest.put(Checkpoints.BEST + name, tensor));
        }
        return rest;
    }

    /**
     * Goes on after so many steps of a loop whose weights and {@link #rest} were copied into those of this one.
     *
     * @param remembered by its updates, each by its name; the tensors are this loop's from now on
     */
    void goOn(long stepsDone, Map<String, Map<String, Tensor>> remembered) {
        updates().forEach(update -> update.restore(remembered.getOrDefault(update.name(), Map.of())));
        step = stepsDone;
    }

    /** Begins the averages anew from the weights as they are. */
    void restartAverage() {
        if (average != null) {
            average.restart();
        }
    }

    /** How many forward and backward passes a step has on average, those of a blend's logits included. */
    int passesPerStep() {
        return phase.training().passes()
                + updates().stream().mapToInt(Update::passes).sum();
    }

    boolean searches() {
        return architecture != null;
    }

    PhaseRun phase() {
        return phase;
    }

    TrainingParts data() {
        return data;
    }

    /** The family that trains; closed with this. */
    Family family() {
        return family;
    }

    /** The family that is evaluated: that of the averages, where they are kept, and otherwise the one that trains; closed with this. */
    Family shown() {
        return average == null ? family : average.family();
    }

    /** The family that is the result as it stands: that of the best evaluation so far, where it is kept, and otherwise {@link #shown}. */
    Family shipped() {
        return best == null || best.step() == 0 ? shown() : best.family();
    }

    /** Hears how members do on the selection split; of the best, weights are kept where the recipe says so. */
    void evaluated(Map<Role, Map<Metric, Double>> values) {
        if (best != null) {
            best.evaluated(step, values);
        }
    }

    /** Whether all steps are done, or evaluations say that more of them do not help. */
    boolean isOver() {
        return step == steps() || stopsEarly();
    }

    /** Whether it is over before all steps are done. */
    boolean stopsEarly() {
        return best != null && best.isExhausted() && step < steps();
    }

    /** What was best, where it is kept. */
    Optional<String> bestInWords() {
        return Optional.ofNullable(best).map(BestWeights::inWords);
    }

    /** The averages over mixed members; {@code null} where none are kept. */
    RunningStatistics runningStatistics() {
        return running;
    }

    long stepsPerEpoch() {
        return phase.train().stepsPerEpoch(phase.batches());
    }

    /** How many steps the whole training has. */
    long steps() {
        return recipe.train().epochs() * stepsPerEpoch();
    }

    /** How many are done. */
    long stepsDone() {
        return step;
    }

    @Override
    public void close() {
        family.close();
        if (running != null) {
            running.close();
        }
        phase.close();
        if (average != null) {
            average.close();
        }
        if (best != null) {
            best.close();
        }
        if (architecture != null) {
            architecture.close();
        }
    }
}
