package dev.weft.train;

import dev.weft.criterion.Scene;
import dev.weft.data.Batch;
import dev.weft.io.CheckFailedException;
import dev.weft.loss.Distillation;
import dev.weft.loss.LossSettings;
import dev.weft.loss.Regularisation;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.NormStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Bundle;
import dev.weft.optim.ParameterUpdate;
import dev.weft.optim.ReptileSteps;
import dev.weft.recipe.TrainSettings;
import dev.weft.sample.MemberLoss;
import dev.weft.sample.Sampling;
import dev.weft.sample.StepListener;
import dev.weft.weight.blend.BlendedWeights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * One optimiser step under weight sharing: forward and backward of each drawn member on one batch, gradients accumulated, then
 * one update.
 *
 * <p>The rule for what the members did not use: a parameter that none of them used has no gradient and is left alone, with its
 * optimiser state. Entries outside the slices that were used have gradient zero, and move by momentum and the optimiser's decay
 * as they do in PyTorch.
 */
public final class TrainingStep implements AutoCloseable {
    private final Family family;
    private final TrainSettings settings;
    private final LossSettings loss;
    private final NormStatistics norm;
    private final Teacher teacher;
    private final Sampling sampling;
    private final ParameterUpdate update;
    private final ReptileSteps reptile; // null where members' gradients are added
    private final List<Tensor> logits; // of a blend: an ArchitectureStep trains these
    private final long labelSteps; // the last step in which they do so anyway

    /** Gives a frozen teacher's outputs for the inputs of a batch; {@code null} where there is no teacher. */
    @FunctionalInterface
    public interface Teacher {
        Bundle outputs(Bundle inputs);
    }

    /**
     * @param norm where batch norm gets its statistics while training: {@link BatchStatistics}, unless running averages are kept
     * @param teacher for {@link Distillation.Teacher}, otherwise {@code null}
     * @param sampling what drew the members, which may add to their losses; not closed here
     * @param labelSteps the last step, from 1, at which labels alone teach whoever else would have a teacher; 0 for none
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
        this.loss = settings.loss();
        this.norm = norm;
        this.teacher = teacher;
        this.sampling = sampling;
        this.labelSteps = labelSteps;
        Map<String, Tensor> trained = family.parameters();
        this.logits = family.strategy(BlendedWeights.class)
                .map(blend -> blend.choices().stream().map(blend::logits).toList())
                .orElse(List.of());
        this.update =
                new ParameterUpdate(trained, settings.optimizer(), settings.clipping(), settings.parameterGroups());
        this.reptile = settings.reptile() == null
                ? null
                : new ReptileSteps(settings.reptile(), update, settings.parameterGroups());
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

    /** Whether it moves this parameter of the family. */
    boolean trains(String parameter) {
        return update.parameters().containsKey(parameter);
    }

    /** What the optimiser remembers, by parameter and slot: kept tensors that change with every step. */
    Map<String, Map<String, Tensor>> optimizerState() {
        return update.state();
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
        if (reptile != null) {
            return runReptile(batches.get(0), draws, learningRate, step, seed, listeners);
        }
        double[] losses = new double[draws.size()];
        List<MemberLoss> trained = new ArrayList<>();
        try (PointerScope scope = new PointerScope()) {
            logits.forEach(logit -> logit.set_requires_grad(false));
            torch.manual_seed(seed);
            for (int b = 0; b < batches.size(); b++) {
                Teaching teaching = new Teaching(batches.get(b), step);
                for (int i = 0; i < losses.length; i++) {
                    losses[i] += backward(teaching, draws, i, batches.size(), step, listeners) / batches.size();
                    if (b == batches.size() - 1) {
                        MemberLoss loss = new MemberLoss(draws.get(i), losses[i]);
                        trained.add(loss);
                        listeners.forEach(listener -> listener.memberTrained(step, loss));
                    }
                }
            }
            update(gradients(), learningRate, step, listeners);
        }
        return trained;
    }

    private List<MemberLoss> runReptile(
            Batch batch,
            List<TrainingMember> draws,
            double learningRate,
            long step,
            long seed,
            List<StepListener> listeners) {
        List<MemberLoss> trained = new ArrayList<>();
        Map<String, Tensor> moved = new LinkedHashMap<>();
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(seed);
            Teaching teaching = new Teaching(batch, step);
            for (int i = 0; i < draws.size(); i++) {
                int index = i;
                double value = reptile.member(
                        () -> backward(teaching, draws, index, 1, step, listeners), this::takeGradients, moved);
                MemberLoss loss = new MemberLoss(draws.get(i), value);
                trained.add(loss);
                listeners.forEach(listener -> listener.memberTrained(step, loss));
            }
            if (settings.gradients() == TrainSettings.Gradients.MEAN) {
                ReptileSteps.mean(moved, draws.size());
            }
            Map<String, Tensor> inOrder = new LinkedHashMap<>(update.parameters());
            inOrder.keySet().retainAll(moved.keySet());
            inOrder.replaceAll((name, parameter) -> moved.get(name));
            update(inOrder, learningRate, step, listeners);
        } finally {
            moved.values().forEach(Tensor::close);
        }
        return trained;
    }

    private Map<String, Tensor> takeGradients() {
        Map<String, Tensor> gradients = gradients();
        gradients.replaceAll(
                (name, gradient) -> gradient.detach()); // what grad() gives is emptied with the parameter's
        clearGradients();
        return gradients;
    }

    /** A batch, and the outputs that students learn from instead of labels: absent until there is a teacher. */
    private final class Teaching {
        private final Batch batch;
        private final boolean begun;
        private Bundle taught;

        /** @param step from 1 */
        Teaching(Batch batch, long step) {
            this.batch = batch;
            this.begun = step > labelSteps;
            this.taught =
                    teacher == null || !begun ? null : Bundle.withoutGradients(() -> teacher.outputs(batch.inputs()));
        }

        /** Hears of the output of a forward pass that trains: the largest's teaches those after it. */
        void heard(Role role, Bundle outputs) {
            if (begun && settings.distillation().learnsFromLargest() && role == Role.LARGEST) {
                taught = outputs.map(Tensor::detach);
            }
        }
    }

    /** Adds a member's gradients on one of {@code parts} batches; returns its loss. */
    private double backward(
            Teaching teaching,
            List<TrainingMember> draws,
            int index,
            int parts,
            long step,
            List<StepListener> listeners) {
        TrainingMember draw = draws.get(index);
        Batch batch = teaching.batch;
        Pass pass = pass(draw);
        Scene scene = this.loss.scene(family, batch, pass);
        listeners.forEach(listener -> listener.memberForwarded(step, draw, batch, scene.outputs()));
        Tensor loss = this.loss
                .criterion(family.definition().input(), draw.role(), teaching.taught != null)
                .of(
                        teaching.taught == null ? scene : scene.taughtBy(teaching.taught),
                        sampling.exampleWeights(draw.member(), batch));
        teaching.heard(draw.role(), scene.outputs());
        double value = loss.item_double();
        if (!Double.isFinite(value)) {
            clearGradients();
            throw new CheckFailedException("The loss became " + value + " at step " + step + " for the " + draw.role()
                    + " member \"" + draw.member() + "\"" + notFinite()
                    + ". The last checkpoint is kept; lower the learning rate or clip gradients.");
        }
        // Decay is of the weights, not of the members' losses: a mean over members must not weaken it.
        // Steps of a member's own are of its own loss.
        boolean mean = settings.gradients() == TrainSettings.Gradients.MEAN && reptile == null;
        part(withPenalty(withDecay(part(loss, mean ? draws.size() : 1), draw, pass), draw, pass), parts)
                .backward();
        return value;
    }

    private Tensor withPenalty(Tensor loss, TrainingMember draw, Pass pass) {
        Tensor penalty = sampling.penalty(draw, pass.reading());
        return penalty == null ? loss : loss.add(penalty);
    }

    private static Tensor part(Tensor loss, int of) {
        return of == 1 ? loss : loss.div(new Scalar(of));
    }

    /** Names the parameter that is no longer finite, a router's or a weight's, if there is one. */
    private String notFinite() {
        return family.weights().tensors().entrySet().stream()
                .filter(entry -> !entry.getValue().detach().isfinite().all().item_bool())
                .map(entry -> ": " + entry.getKey() + " is no longer finite")
                .findFirst()
                .orElse("");
    }

    private Pass pass(TrainingMember draw) {
        Regularisation regularisation = settings.regularisation();
        boolean regularised = regularisation.covers(draw.role());
        return new Pass(
                        draw.member(),
                        norm,
                        regularised ? regularisation.dropout() : 0,
                        regularised ? regularisation.dropConnect() : 0)
                .at(draw.temperature())
                .begun();
    }

    private Tensor withDecay(Tensor loss, TrainingMember draw, Pass pass) {
        Regularisation regularisation = settings.regularisation();
        if (regularisation.weightDecay() == 0 || !regularisation.covers(draw.role())) {
            return loss;
        }
        Tensor total = loss;
        for (Tensor weight : family.weightsOf(pass.reading())) {
            if (regularisation.decayVectors() || weight.dim() > 1) {
                total = total.add(weight.square().sum(), new Scalar(regularisation.weightDecay() / 2));
            }
        }
        return total;
    }

    /** The gradients of the parameters that move and have one, in the model's order. */
    private Map<String, Tensor> gradients() {
        Map<String, Tensor> gradients = new LinkedHashMap<>();
        update.parameters().forEach((name, parameter) -> {
            Tensor gradient = parameter.grad();
            if (gradient.defined()) {
                gradients.put(name, gradient);
            }
        });
        return gradients;
    }

    private void update(Map<String, Tensor> gradients, double learningRate, long step, List<StepListener> listeners) {
        listeners.forEach(listener -> listener.gradientsReady(step, gradients));
        update.apply(
                gradients,
                learningRate,
                clipped -> listeners.forEach(listener -> listener.gradientsClipped(step, clipped)));
        clearGradients();
    }

    private void clearGradients() {
        family.weights().tensors().values().forEach(parameter -> parameter
                .mutable_grad()
                .reset());
    }

    @Override
    public void close() {
        update.close();
        if (reptile != null) {
            reptile.close();
        }
    }
}
