package dev.weft.architecture;

import dev.weft.cost.DifferentiableCost;
import dev.weft.data.Batch;
import dev.weft.io.CheckFailedException;
import dev.weft.io.InputException;
import dev.weft.loss.LossSettings;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Tensors;
import dev.weft.optim.ParameterGroup;
import dev.weft.optim.ParameterUpdate;
import dev.weft.optim.UpdateSettings;
import dev.weft.weight.blend.BlendedWeights;
import dev.weft.weight.blend.SimplexMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * One step of a blend's logits, against a batch that the weights do not train on, without dropout. The weights do not move, not by
 * a bit; a {@link dev.weft.train.TrainingStep TrainingStep} leaves the logits alone in turn.
 */
public final class ArchitectureStep implements AutoCloseable {
    private final Family family;
    private final ArchitectureSettings settings;
    private final LossSettings loss;
    private final UpdateSettings weights;
    private final BlendedWeights blend;
    private final DifferentiableCost cost;
    private final double largestCost;
    private final Map<String, Tensor> logits = new LinkedHashMap<>();
    private final ParameterUpdate update;
    private final Map<String, Map<String, Tensor>> remembered; // of the weights' optimiser
    private final Map<String, ParameterGroup> groups;

    /** A step that looks ahead to the first step of the weights, which has no momentum yet. */
    public ArchitectureStep(
            Family family,
            ArchitectureSettings settings,
            LossSettings loss,
            UpdateSettings weights,
            DifferentiableCost cost) {
        this(family, settings, loss, weights, cost, Map.of());
    }

    /**
     * @param settings of the logits
     * @param loss of the weights and of the logits
     * @param weights how they move, for a step that is looked ahead
     * @param cost of {@link ArchitectureSettings#cost}; {@code null} where there is none
     * @param remembered what the optimiser of the weights remembers, by parameter and slot, as it changes with every step: the step
     *     that is looked ahead goes on with its momentum
     */
    public ArchitectureStep(
            Family family,
            ArchitectureSettings settings,
            LossSettings loss,
            UpdateSettings weights,
            DifferentiableCost cost,
            Map<String, Map<String, Tensor>> remembered) {
        this.remembered = remembered;
        this.family = family;
        this.settings = settings;
        this.loss = loss;
        this.weights = weights;
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
                ParameterGroup.byParameter(weights.parameterGroups(), weights().keySet());
    }

    /** Whether it moves this parameter of the family. */
    public boolean trains(String parameter) {
        return logits.containsKey(parameter);
    }

    /** What the optimiser remembers, as {@code SLOT/PARAMETER}: kept tensors that change with every step. */
    public Map<String, Tensor> remembered() {
        return update.remembered();
    }

    /** Goes on from what was {@link #remembered}; the tensors are closed here from now on. */
    public void restore(Map<String, Tensor> kept) {
        update.restore(kept);
    }

    /**
     * Moves the logits once.
     *
     * @param validation what their loss is of
     * @param training the batch of the weights' step that is looked ahead; not read by a first-order step
     * @param draw the blend
     * @param weightRate learning rate of the step that is looked ahead
     * @param step its number, from 1, for errors
     * @return the loss against {@code validation}, without regularisers and cost
     * @throws CheckFailedException when the loss or a logit is not finite; the weights are as they were
     */
    public double run(
            Batch validation, Batch training, TrainingMember draw, double rate, double weightRate, long step) {
        try (PointerScope scope = new PointerScope()) {
            logits.values().forEach(logit -> logit.set_requires_grad(true));
            double[] loss = new double[1];
            UnrolledStep.Loss objective = validation(validation, draw, loss);
            Map<String, Tensor> gradients =
                    switch (settings.order()) {
                        case FIRST -> firstOrder(validation, draw, loss);
                        case SECOND ->
                            Tensors.withSecondGradients(
                                    () -> ahead(weightRate).exact(training(training, draw), objective));
                        case SECOND_FINITE_DIFFERENCE ->
                            ahead(weightRate).byFiniteDifference(training(training, draw), objective);
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

    /** The pass of a draw, begun. */
    private static Pass pass(TrainingMember draw) {
        return new Pass(draw.member(), BatchStatistics.INSTANCE, 0, 0)
                .at(draw.temperature())
                .begun();
    }

    /** What is added to the loss of the logits, of the same draw. */
    private Tensor withTerms(Tensor loss, Family of, Pass pass) {
        Tensor total = loss.add(settings.regulariser().penalty(blend.logitsInUse()));
        return cost == null
                ? total
                : total.add(settings.cost().of(cost, largestCost, choice -> of.distribution(choice, pass.reading())));
    }

    private Map<String, Tensor> firstOrder(Batch validation, TrainingMember draw, double[] value) {
        Pass pass = pass(draw);
        Tensor loss = this.loss.ofTargets(family, validation, pass);
        value[0] = loss.item_double();
        return UnrolledStep.gradients(withTerms(loss, family, pass), logits, false);
    }

    private UnrolledStep ahead(double weightRate) {
        return new UnrolledStep(
                weights(),
                logits,
                name -> weightRate * groups.get(name).learningRateFactor(),
                name -> weights.optimizer().weightDecay() * groups.get(name).weightDecayFactor(),
                this::momentum);
    }

    private Optional<Tensor> momentum(String name) {
        return weights.optimizer().carried(remembered.getOrDefault(name, Map.of()));
    }

    /** The loss of the weights' own batch. */
    private UnrolledStep.Loss training(Batch batch, TrainingMember draw) {
        return values -> {
            try (Family aside = family.with(values)) {
                return loss.ofTargets(aside, batch, pass(draw));
            }
        };
    }

    /** What the logits minimise; its first part goes to {@code value}. */
    private UnrolledStep.Loss validation(Batch batch, TrainingMember draw, double[] value) {
        return values -> {
            try (Family aside = family.with(values)) {
                Pass pass = pass(draw);
                Tensor loss = this.loss.ofTargets(aside, batch, pass);
                value[0] = loss.item_double();
                return withTerms(loss, aside, pass);
            }
        };
    }

    private Map<String, Tensor> weights() {
        Map<String, Tensor> weights = new LinkedHashMap<>(family.weights().tensors());
        weights.keySet().removeAll(logits.keySet());
        return weights;
    }

    @Override
    public void close() {
        update.close();
    }
}
