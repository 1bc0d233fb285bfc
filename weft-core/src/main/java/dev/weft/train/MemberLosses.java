package dev.weft.train;

import dev.weft.criterion.Scene;
import dev.weft.data.Batch;
import dev.weft.io.CheckFailedException;
import dev.weft.loss.LossSettings;
import dev.weft.loss.Regularisation;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.nn.NormStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Bundle;
import dev.weft.recipe.TrainSettings;
import dev.weft.sample.Sampling;
import dev.weft.step.StepListener;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** Forward and backward of one member on one batch, by a recipe's loss: who teaches it, what is dropped out, what is added. */
final class MemberLosses {
    private final Family family;
    private final TrainSettings settings;
    private final LossSettings loss;
    private final NormStatistics norm;
    private final TrainingStep.Teacher teacher;
    private final Sampling sampling;
    private final long labelSteps; // the last step in which labels teach anyway

    /** The parameters are those of {@link TrainingStep}. */
    MemberLosses(
            Family family,
            TrainSettings settings,
            NormStatistics norm,
            TrainingStep.Teacher teacher,
            Sampling sampling,
            long labelSteps) {
        this.family = family;
        this.settings = settings;
        this.loss = settings.loss();
        this.norm = norm;
        this.teacher = teacher;
        this.sampling = sampling;
        this.labelSteps = labelSteps;
    }

    /** A batch, and the outputs that students learn from instead of labels: absent until there is a teacher. */
    final class Teaching {
        private final Batch batch;
        private final boolean begun;
        private Bundle taught;

        private Teaching(Batch batch, long step) {
            this.batch = batch;
            this.begun = step > labelSteps;
            this.taught =
                    teacher == null || !begun ? null : Bundle.withoutGradients(() -> teacher.outputs(batch.inputs()));
        }

        /** Keeps what is taught until that scope closes, whatever scope the call is in. */
        void outlive(PointerScope scope) {
            if (taught != null) {
                taught.tensors().values().forEach(scope::attach);
            }
        }

        /** Hears of the output of a forward pass that trains: the largest's teaches those after it. */
        private void heard(Role role, Bundle outputs) {
            if (begun && settings.distillation().learnsFromLargest() && role == Role.LARGEST) {
                taught = outputs.map(Tensor::detach);
            }
        }
    }

    /** @param step from 1 */
    Teaching teaching(Batch batch, long step) {
        return new Teaching(batch, step);
    }

    /**
     * Adds a member's gradients on one of {@code parts} batches.
     *
     * @return its loss
     */
    double backward(
            Teaching teaching,
            List<TrainingMember> draws,
            int index,
            int parts,
            long step,
            List<? extends StepListener> listeners) {
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
            throw new CheckFailedException("The loss became " + value + " at step " + step + " for the " + draw.role()
                    + " member \"" + draw.member() + "\"" + notFinite()
                    + ". The last checkpoint is kept; lower the learning rate or clip gradients.");
        }
        // Decay is of the weights, not of the members' losses: a mean over members must not weaken it.
        // Steps of a member's own are of its own loss.
        boolean mean = settings.gradients() == TrainSettings.Gradients.MEAN && settings.reptile() == null;
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

    /** The gradients of the stored tensors that have one, in the model's order. */
    Map<String, Tensor> gradients() {
        Map<String, Tensor> gradients = new LinkedHashMap<>();
        family.weights().tensors().forEach((name, parameter) -> {
            Tensor gradient = parameter.grad();
            if (gradient.defined()) {
                gradients.put(name, gradient);
            }
        });
        return gradients;
    }

    void clearGradients() {
        family.weights().tensors().values().forEach(parameter -> parameter
                .mutable_grad()
                .reset());
    }
}
