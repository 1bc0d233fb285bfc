package dev.weft.architecture;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The gradient, with respect to logits, of a loss after a step of the weights that is not taken (DARTS, Liu et al. 2019, section
 * 2.3): with {@code w' = w - r (∇w L_train(w, α) + d w + m)},
 *
 * <pre>
 *   ∇α L_val(w', α) = ∂α L_val(w', α) - Σ r · v · ∂α ∂w L_train(w, α),   v = ∂w' L_val(w', α)
 * </pre>
 *
 * <p>What it returns belongs to the caller's {@code PointerScope}; logits that nothing depends on are left out.
 *
 * @param weights by name
 * @param logits by name, which want gradients
 * @param rate of the step, of each weight: r
 * @param decay of each weight: d
 * @param momentum what the step goes on with, of each weight: m, the optimiser's momentum times what it remembers; empty for none
 */
public record UnrolledStep(
        Map<String, Tensor> weights,
        Map<String, Tensor> logits,
        ToDoubleFunction<String> rate,
        ToDoubleFunction<String> decay,
        Function<String, Optional<Tensor>> momentum) {
    private static final double PERTURBATION = 0.01; // r of DARTS

    /** A scalar of weights by name, and of the logits. */
    interface Loss {
        Tensor at(Map<String, Tensor> weights);
    }

    /** Exactly: through the gradient, whose own gradient is taken. */
    Map<String, Tensor> exact(Loss training, Loss validation) {
        Map<String, Tensor> slopes = gradients(training.at(weights), weights, true);
        return gradients(validation.at(moved(slopes)), logits, false);
    }

    /** The gradients with a central difference in place of the second derivative. */
    Map<String, Tensor> byFiniteDifference(Loss training, Loss validation) {
        Map<String, Tensor> slopes = gradients(training.at(weights), weights, false);
        Map<String, Tensor> moved;
        try (NoGradGuard guard = new NoGradGuard()) {
            moved = moved(slopes);
        }
        moved.values().forEach(tensor -> tensor.set_requires_grad(true));
        Map<String, Tensor> both = new LinkedHashMap<>(logits);
        both.putAll(moved);
        Map<String, Tensor> gradients = gradients(validation.at(moved), both, false);
        Map<String, Tensor> direction = new LinkedHashMap<>();
        gradients.forEach((name, gradient) -> {
            if (!logits.containsKey(name)) {
                direction.put(name, gradient.mul(new Scalar(rate.applyAsDouble(name))));
            }
        });
        gradients.keySet().retainAll(logits.keySet());
        double norm = Math.sqrt(direction.values().stream()
                .mapToDouble(tensor -> tensor.square().sum().item_double())
                .sum());
        if (norm == 0) {
            return gradients;
        }
        double epsilon = PERTURBATION / norm;
        Map<String, Tensor> plus = gradients(training.at(along(direction, epsilon)), logits, false);
        Map<String, Tensor> minus = gradients(training.at(along(direction, -epsilon)), logits, false);
        plus.forEach((name, gradient) ->
                gradients.merge(name, gradient.sub(minus.get(name)).mul(new Scalar(-1 / (2 * epsilon))), Tensor::add));
        return gradients;
    }

    private Map<String, Tensor> moved(Map<String, Tensor> slopes) {
        Map<String, Tensor> moved = new LinkedHashMap<>();
        slopes.forEach((name, slope) -> {
            double r = rate.applyAsDouble(name);
            Tensor kept = weights.get(name).mul(new Scalar(1 - r * decay.applyAsDouble(name)));
            Tensor step = momentum.apply(name).map(slope::add).orElse(slope);
            moved.put(name, kept.sub(step, new Scalar(r)));
        });
        return moved;
    }

    private Map<String, Tensor> along(Map<String, Tensor> direction, double by) {
        Map<String, Tensor> moved = new LinkedHashMap<>();
        try (NoGradGuard guard = new NoGradGuard()) {
            direction.forEach(
                    (name, tensor) -> moved.put(name, weights.get(name).add(tensor, new Scalar(by))));
        }
        return moved;
    }

    /** The gradients of those that {@code loss} depends on, by name. */
    public static Map<String, Tensor> gradients(Tensor loss, Map<String, Tensor> of, boolean differentiable) {
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
}
