package dev.weft.train;

import dev.weft.data.Batch;
import dev.weft.io.CheckFailedException;
import dev.weft.io.InputException;
import dev.weft.loss.Distillation;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.NormStatistics;
import dev.weft.ops.Bundle;
import dev.weft.optim.ParameterUpdate;
import dev.weft.recipe.TrainSettings;
import dev.weft.sample.Sampling;
import dev.weft.step.MemberLoss;
import dev.weft.step.Step;
import dev.weft.step.StepListener;
import dev.weft.step.Update;
import dev.weft.step.Updating;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * One optimiser step under weight sharing: forward and backward of each drawn member on one batch, gradients accumulated, then
 * one update of the weights, and of whatever else moves by the members' gradients.
 *
 * <p>The rule for what the members did not use: a parameter that none of them used has no gradient and is left alone, with its
 * optimiser state. Entries outside the slices that were used have gradient zero, and move by momentum and the optimiser's decay
 * as they do in PyTorch.
 */
public final class TrainingStep implements AutoCloseable {
    private final Family family;
    private final TrainSettings settings;
    private final MemberLosses losses;
    private final ParameterUpdate optimizer;
    private final Update weights;
    private final List<Update> own = new ArrayList<>(); // of strategies
    private final List<Update> updates = new ArrayList<>();
    private final List<Tensor> moving = new ArrayList<>(); // by the members' gradients, and not the weights' own
    private final List<Tensor> still = new ArrayList<>(); // while the members run

    /** Gives a frozen teacher's outputs for the inputs of a batch; {@code null} where there is no teacher. */
    @FunctionalInterface
    public interface Teacher {
        Bundle outputs(Bundle inputs);
    }

    /**
     * @param norm where batch norm gets its statistics while training: {@link BatchStatistics}, unless running averages are kept
     * @param teacher for {@link Distillation.Teacher}, otherwise {@code null}
     * @param sampling what drew the members, which may add to their losses and bring updates; not closed here
     * @param labelSteps the last step, from 1, at which labels alone teach whoever else would have a teacher; 0 for none
     * @throws InputException when members step on their own, and an update beside that of the weights moves by their gradients
     * @throws IllegalStateException when two updates have one name, or move one parameter
     */
    public TrainingStep(
            Family family,
            TrainSettings settings,
            NormStatistics norm,
            Teacher teacher,
            Sampling sampling,
            long labelSteps) {
        settings.precision().requireHardware();
        this.family = family;
        this.settings = settings;
        this.losses = new MemberLosses(family, settings, norm, teacher, sampling, labelSteps);
        Map<String, Tensor> trained = family.parameters();
        this.optimizer =
                new ParameterUpdate(trained, settings.optimizer(), settings.clipping(), settings.parameterGroups());
        WeightsUpdate plain = new WeightsUpdate(optimizer);
        this.weights = settings.reptile() == null
                ? plain
                : new ReptileUpdate(
                        settings.reptile(),
                        settings.gradients() == TrainSettings.Gradients.MEAN,
                        trained,
                        plain,
                        new ParameterUpdate(
                                trained,
                                settings.reptile().optimizer(),
                                settings.reptile().clipping(),
                                settings.parameterGroups()));
        boolean done = false;
        try {
            updates.add(weights);
            updates.addAll(sampling.updates());
            family.strategies(Updating.class).forEach(strategy -> own.add(strategy.update(family)));
            updates.addAll(own);
            requireOneOwner(updates, family);
            requireGradients();
            done = true;
        } finally {
            if (!done) {
                close();
            }
        }
        family.weights().tensors().forEach((name, tensor) -> {
            if (family.hasOwnUpdate(name)) {
                boolean moves = updates.stream().anyMatch(update -> update.readsMembers() && update.owns(name));
                (moves ? moving : still).add(tensor);
            }
        });
    }

    /** A step of members that the caller draws, without a frozen teacher, in epochs of one step. */
    public TrainingStep(Family family, TrainSettings settings) {
        this(
                family,
                settings,
                BatchStatistics.INSTANCE,
                null,
                Sampling.of(random -> List.of()),
                settings.distillation().labelSteps(1));
    }

    /**
     * Checks the updates of one training, all of them.
     *
     * @throws IllegalStateException when two have one name, or move one parameter
     */
    static void requireOneOwner(List<Update> updates, Family family) {
        Set<String> names = new HashSet<>();
        for (Update update : updates) {
            if (!names.add(update.name())) {
                throw new IllegalStateException("Two updates of one training are called \"" + update.name()
                        + "\". Give each a name of its own.");
            }
        }
        for (String parameter : family.weights().tensors().keySet()) {
            List<String> owners = updates.stream()
                    .filter(update -> update.owns(parameter))
                    .map(Update::name)
                    .toList();
            if (owners.size() > 1) {
                throw new IllegalStateException("A parameter must be moved by one update, but " + parameter
                        + " is owned by " + owners + ". Let the strategy that stores it say hasOwnUpdate.");
            }
        }
    }

    /** The members' own steps leave no gradients of theirs to anybody else. */
    private void requireGradients() {
        List<String> others = updates.stream()
                .filter(update -> update != weights && update.readsMembers())
                .map(Update::name)
                .toList();
        if (settings.reptile() != null && !others.isEmpty()) {
            throw new InputException("Training with train.reptile must have no update beside the weights' that moves by"
                    + " the members' gradients, for its members step on their own, but has " + others
                    + ". Leave out train.reptile, or the sharing or sampler that brings it.");
        }
    }

    /** What moves in a step, in this order: the weights, what the sampler trains, what strategies train. */
    List<Update> updates() {
        return updates;
    }

    /** The update of the weights. */
    Update weights() {
        return weights;
    }

    /** What the optimiser of the weights remembers, by parameter and slot: kept tensors that change with every step. */
    Map<String, Map<String, Tensor>> optimizerState() {
        return optimizer.state();
    }

    /** How many forward and backward passes the members of a step have on average. */
    int passes() {
        int own = settings.reptile() == null ? 1 : settings.reptile().steps();
        return own * settings.sampler().membersPerStep(family.space()) * settings.batchesPerStep();
    }

    /**
     * The members of a step, which run when an update asks for their gradients; closed by the caller, after which no parameter has a
     * gradient.
     *
     * @param batches of equal size
     * @param drawn asked for once, when they run
     * @param step from 1
     * @param seed of dropout and drop-connect
     */
    MemberPasses passes(
            List<Batch> batches,
            Supplier<List<TrainingMember>> drawn,
            long step,
            long seed,
            List<? extends StepListener> listeners) {
        moving.forEach(tensor -> tensor.set_requires_grad(true));
        still.forEach(tensor -> tensor.set_requires_grad(false));
        return new MemberPasses(losses, batches, drawn, step, seed, listeners);
    }

    /**
     * Trains the drawn members on a batch.
     *
     * @param step its number, from 1, for listeners and errors
     * @param seed of dropout and drop-connect
     * @return the members' losses
     * @throws CheckFailedException when a loss is not finite; nothing was updated
     */
    public List<MemberLoss> run(
            Batch batch,
            List<TrainingMember> draws,
            double learningRate,
            long step,
            long seed,
            List<StepListener> listeners) {
        return run(List.of(batch), draws, learningRate, step, seed, listeners);
    }

    /**
     * Trains the drawn members on several batches with one update: the same as on one batch that holds them all, where batch norm
     * and dropout do not tell them apart.
     *
     * @param batches of equal size
     */
    public List<MemberLoss> run(
            List<Batch> batches,
            List<TrainingMember> draws,
            double learningRate,
            long step,
            long seed,
            List<StepListener> listeners) {
        try (PointerScope scope = new PointerScope();
                MemberPasses passes = passes(batches, () -> draws, step, seed, listeners)) {
            Step now = new Step(step - 1, 1, batches, learningRate, passes, () -> draws, List.copyOf(listeners));
            updates.forEach(update -> update.step(now));
            return passes.losses();
        }
    }

    @Override
    public void close() {
        weights.close();
        own.forEach(Update::close);
    }
}
