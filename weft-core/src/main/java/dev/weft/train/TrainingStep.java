package dev.weft.train;

import dev.weft.data.Batch;
import dev.weft.io.CheckFailedException;
import dev.weft.model.Family;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.NormStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Tensors;
import dev.weft.weight.BlendedWeights;
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
public final class TrainingStep {
    private final Family family;
    private final TrainSettings settings;
    private final NormStatistics norm;
    private final Teacher teacher;
    private final ParameterUpdate update;

    /** Gives a frozen teacher's logits for the inputs of a batch; {@code null} where there is no teacher. */
    @FunctionalInterface
    public interface Teacher {
        Tensor logits(Tensor inputs);
    }

    /**
     * @param norm where batch norm gets its statistics while training: {@link BatchStatistics}, unless running averages are kept
     * @param teacher for {@link Distillation.Teacher}, otherwise {@code null}
     */
    public TrainingStep(Family family, TrainSettings settings, NormStatistics norm, Teacher teacher) {
        settings.precision().requireHardware();
        this.family = family;
        this.settings = settings;
        this.norm = norm;
        this.teacher = teacher;
        Map<String, Tensor> trained = new LinkedHashMap<>(family.weights().tensors());
        trained.keySet().removeIf(name -> name.startsWith(BlendedWeights.LOGITS)); // an ArchitectureStep trains these
        this.update =
                new ParameterUpdate(trained, settings.optimizer(), settings.clipping(), settings.parameterGroups());
    }

    public TrainingStep(Family family, TrainSettings settings) {
        this(family, settings, BatchStatistics.INSTANCE, null);
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
    public List<TrainingListener.MemberLoss> run(
            Batch batch,
            List<Draw> draws,
            double learningRate,
            long step,
            long seed,
            List<TrainingListener> listeners) {
        List<TrainingListener.MemberLoss> losses = new ArrayList<>();
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(seed);
            Tensor teacherLogits =
                    teacher == null ? null : Tensors.withoutGradients(() -> teacher.logits(batch.inputs()));
            for (Draw draw : draws) {
                Pass pass = pass(draw);
                Tensor logits = settings.precision().run(() -> family.forward(batch.inputs(), pass));
                Tensor loss = teacherLogits == null
                        ? Losses.labels(logits, batch.labels(), settings.labelSmoothing())
                        : Losses.soft(logits, teacherLogits);
                if (settings.distillation() instanceof Distillation.InPlace && draw.role() == Role.LARGEST) {
                    teacherLogits = logits.detach();
                }
                double value = loss.item_double();
                if (!Double.isFinite(value)) {
                    clearGradients();
                    throw new CheckFailedException("The loss became " + value + " at step " + step + " for the "
                            + draw.role() + " member \"" + draw.member()
                            + "\". The last checkpoint is kept; lower the learning rate or clip gradients.");
                }
                // Decay is of the weights, not of the members' losses: a mean over members must not weaken it.
                Tensor scaled = settings.gradients() == TrainSettings.Gradients.MEAN
                        ? loss.div(new Scalar(draws.size()))
                        : loss;
                withDecay(scaled, draw).backward();
                TrainingListener.MemberLoss trained = new TrainingListener.MemberLoss(draw, value);
                losses.add(trained);
                listeners.forEach(listener -> listener.memberTrained(step, trained));
            }
            update(learningRate, step, listeners);
        }
        return losses;
    }

    private Pass pass(Draw draw) {
        Regularisation regularisation = settings.regularisation();
        boolean regularised = regularisation.covers(draw.role());
        return new Pass(
                draw.member(),
                norm,
                regularised ? regularisation.dropout() : 0,
                regularised ? regularisation.dropConnect() : 0);
    }

    private Tensor withDecay(Tensor loss, Draw draw) {
        Regularisation regularisation = settings.regularisation();
        if (regularisation.weightDecay() == 0 || !regularisation.covers(draw.role())) {
            return loss;
        }
        Tensor total = loss;
        for (Tensor weight : family.weightsOf(draw.member())) {
            if (regularisation.decayVectors() || weight.dim() > 1) {
                total = total.add(weight.square().sum(), new Scalar(regularisation.weightDecay() / 2));
            }
        }
        return total;
    }

    private void update(double learningRate, long step, List<TrainingListener> listeners) {
        Map<String, Tensor> gradients = new LinkedHashMap<>();
        update.parameters().forEach((name, parameter) -> {
            Tensor gradient = parameter.grad();
            if (gradient.defined()) {
                gradients.put(name, gradient);
            }
        });
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
}
