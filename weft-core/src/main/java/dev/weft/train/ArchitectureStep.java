package dev.weft.train;

import dev.weft.cost.DifferentiableCost;
import dev.weft.data.Batch;
import dev.weft.io.CheckFailedException;
import dev.weft.io.InputException;
import dev.weft.model.Family;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import dev.weft.weight.BlendedWeights;
import dev.weft.weight.SimplexMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * One step of a blend's logits, against a batch that the weights do not train on, without dropout. The weights do not move, not by
 * a bit; a {@link TrainingStep} leaves the logits alone in turn.
 */
public final class ArchitectureStep implements AutoCloseable {
    private static final double PERTURBATION = 0.01; // r of DARTS

    private final Family family;
    private final TrainSettings train;
    private final ArchitectureSettings settings;
    private final BlendedWeights blend;
    private final DifferentiableCost cost;
    private final double largestCost;
    private final Map<String, Tensor> logits = new LinkedHashMap<>();
    private final ParameterUpdate update;
    private final Map<String, ParameterGroup> groups;

    /** @param cost of {@link ArchitectureSettings#cost}; {@code null} where there is none */
    public ArchitectureStep(Family family, TrainSettings train, DifferentiableCost cost) {
        this.family = family;
        this.train = train;
        this.settings = train.architecture();
        this.cost = cost;
        this.largestCost = cost == null ? 0 : cost.exact(family.space().largest());
        this.blend = family.strategy(BlendedWeights.class)
                .orElseThrow(() -> new IllegalArgumentException("The weights of the family must be blended."));
        blend.choices().forEach(choice -> logits.put(BlendedWeights.LOGITS + choice.name(), blend.logits(choice)));
        if (logits.isEmpty()) {
            throw new InputException("A blend must have choices that weights depend on, but model "
                    + family.definition().name() + " has none. Give a size several options, or leave the blend out.");
        }
        this.update = new ParameterUpdate(logits, settings.optimizer(), settings.clipping(), List.of());
        this.groups =
                ParameterGroup.byParameter(train.parameterGroups(), weights().keySet());
    }

    /** What the optimiser remembers, by parameter and slot: kept tensors that change with every step. */
    Map<String, Map<String, Tensor>> optimizerState() {
        return update.state();
    }

    /**
     * Moves the logits once.
     *
     * @param validation what their loss is of
     * @param training the batch of the weights' step that is looked ahead; not read by a first-order step
     * @param member the blend
     * @param weightRate learning rate of the step that is looked ahead
     * @param step its number, from 1, for errors
     * @return the loss against {@code validation}, without regularisers and cost
     * @throws CheckFailedException when the loss or a logit is not finite; the weights are as they were
     */
    public double run(Batch validation, Batch training, Member member, double rate, double weightRate, long step) {
        try (PointerScope scope = new PointerScope()) {
            logits.values().forEach(logit -> logit.set_requires_grad(true));
            double[] loss = new double[1];
            Map<String, Tensor> gradients =
                    switch (settings.order()) {
                        case FIRST -> firstOrder(validation, member, loss);
                        case SECOND -> secondOrder(validation, training, member, weightRate, loss);
                        case SECOND_FINITE_DIFFERENCE ->
                            finiteDifference(validation, training, member, weightRate, loss);
                    };
            if (!Double.isFinite(loss[0])) {
                throw new CheckFailedException("The loss of the blend became " + loss[0] + " at step " + step
                        + ". The last checkpoint is kept; lower a learning rate or clip gradients.");
            }
            update.apply(gradients, rate, clipped -> {});
            blend.choices()
                    .forEach(choice -> SimplexMap.requireFinite(
                            "choice \"" + choice.name() + "\" at step " + step, blend.logits(choice)));
            return loss[0];
        } finally {
            logits.values().forEach(logit -> logit.set_requires_grad(false));
        }
    }

    private Tensor loss(Family of, Batch batch, Member member) {
        Pass pass = new Pass(member, BatchStatistics.INSTANCE, 0, 0);
        Tensor outputs = train.precision().run(() -> of.forward(batch.inputs(), pass));
        return Losses.labels(outputs, batch.labels(), train.labelSmoothing());
    }

    /** What is added to the loss of the logits, of the same draw. */
    private Tensor withTerms(Tensor loss, Family of, Member member) {
        Tensor total = loss.add(settings.regulariser().penalty(blend.logitsInUse()));
        return cost == null
                ? total
                : total.add(settings.cost().of(cost, largestCost, choice -> of.distribution(choice, member)));
    }

    private Map<String, Tensor> firstOrder(Batch validation, Member member, double[] value) {
        Tensor loss = loss(family, validation, member);
        value[0] = loss.item_double();
        return gradients(withTerms(loss, family, member), logits, false);
    }

    private Map<String, Tensor> secondOrder(
            Batch validation, Batch training, Member member, double weightRate, double[] value) {
        Map<String, Tensor> weights = weights();
        Tensor ahead = Tensors.withSecondGradients(() -> loss(family, training, member));
        Map<String, Tensor> slopes = gradients(ahead, weights, true);
        Map<String, Tensor> moved = new LinkedHashMap<>();
        slopes.forEach((name, slope) -> moved.put(name, stepped(name, weights.get(name), slope, weightRate)));
        try (Family next = family.with(moved)) {
            Tensor loss = loss(next, validation, member);
            value[0] = loss.item_double();
            return gradients(withTerms(loss, next, member), logits, false);
        }
    }

    private Map<String, Tensor> finiteDifference(
            Batch validation, Batch training, Member member, double weightRate, double[] value) {
        Map<String, Tensor> weights = weights();
        Map<String, Tensor> slopes = gradients(loss(family, training, member), weights, false);
        Map<String, Tensor> moved = new LinkedHashMap<>();
        try (NoGradGuard guard = new NoGradGuard()) {
            slopes.forEach((name, slope) -> moved.put(name, stepped(name, weights.get(name), slope, weightRate)));
        }
        moved.values().forEach(tensor -> tensor.set_requires_grad(true));
        Map<String, Tensor> both = new LinkedHashMap<>(logits);
        both.putAll(moved);
        Map<String, Tensor> gradients;
        try (Family ahead = family.with(moved)) {
            Tensor loss = loss(ahead, validation, member);
            value[0] = loss.item_double();
            gradients = gradients(withTerms(loss, ahead, member), both, false);
        }
        Map<String, Tensor> direction = new LinkedHashMap<>(gradients);
        direction.keySet().removeAll(logits.keySet());
        gradients.keySet().retainAll(logits.keySet());
        double norm = Math.sqrt(direction.values().stream()
                .mapToDouble(tensor -> tensor.square().sum().item_double())
                .sum());
        if (norm == 0) {
            return gradients;
        }
        double epsilon = PERTURBATION / norm;
        Map<String, Tensor> plus = ofTraining(training, member, weights, direction, epsilon);
        Map<String, Tensor> minus = ofTraining(training, member, weights, direction, -epsilon);
        Map<String, Tensor> corrected = new LinkedHashMap<>(gradients);
        plus.forEach((name, gradient) -> corrected.merge(
                name, gradient.sub(minus.get(name)).mul(new Scalar(-weightRate / (2 * epsilon))), Tensor::add));
        return corrected;
    }

    /** The logits' gradients of the training loss, with the weights moved along a direction. */
    private Map<String, Tensor> ofTraining(
            Batch training, Member member, Map<String, Tensor> weights, Map<String, Tensor> direction, double by) {
        Map<String, Tensor> moved = new LinkedHashMap<>();
        try (NoGradGuard guard = new NoGradGuard()) {
            direction.forEach(
                    (name, tensor) -> moved.put(name, weights.get(name).add(tensor, new Scalar(by))));
        }
        try (Family aside = family.with(moved)) {
            return gradients(loss(aside, training, member), logits, false);
        }
    }

    private Tensor stepped(String name, Tensor weight, Tensor slope, double weightRate) {
        ParameterGroup group = groups.get(name);
        double rate = weightRate * group.learningRateFactor();
        double decay = train.optimizer().weightDecay() * group.weightDecayFactor();
        return weight.mul(new Scalar(1 - rate * decay)).sub(slope, new Scalar(rate));
    }

    private Map<String, Tensor> weights() {
        Map<String, Tensor> weights = new LinkedHashMap<>(family.weights().tensors());
        weights.keySet().removeAll(logits.keySet());
        return weights;
    }

    /** The gradients of those that {@code loss} depends on, by name. */
    private static Map<String, Tensor> gradients(Tensor loss, Map<String, Tensor> of, boolean differentiable) {
        List<String> names = new ArrayList<>(of.keySet());
        TensorVector all = torch.grad(
                new TensorVector(loss),
                new TensorVector(of.values().toArray(Tensor[]::new)),
                new TensorVector(),
                new BoolOptional(differentiable),
                differentiable,
                true);
        Map<String, Tensor> gradients = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            if (all.get(i).defined()) {
                gradients.put(names.get(i), all.get(i));
            }
        }
        return gradients;
    }

    @Override
    public void close() {
        update.close();
    }
}
