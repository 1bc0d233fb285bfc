package dev.weft.optim;

import dev.weft.ops.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** The members' own steps of {@link Reptile}, and the sum of what they moved. Holds momentum until {@link #close}. */
public final class ReptileSteps implements AutoCloseable {
    private static final String KEPT =
            "innerMomentum"; // a slot beside those of the recipe's optimiser, so that checkpoints hold it

    private final Reptile settings;
    private final Map<String, Tensor> parameters;
    private final Map<String, Map<String, Tensor>> outerState;
    private final ParameterUpdate inner;

    /** @param outer the recipe's optimiser, in whose state momentum is kept where it is */
    public ReptileSteps(Reptile settings, ParameterUpdate outer, List<ParameterGroup> groups) {
        this.settings = settings;
        this.parameters = outer.parameters();
        this.outerState = outer.state();
        this.inner = new ParameterUpdate(parameters, settings.optimizer(), settings.clipping(), groups);
    }

    /**
     * Takes one member's steps and puts the weights back, bit for bit.
     *
     * @param backward computes the member's gradients and returns its loss
     * @param gradients takes the gradients away
     * @param moved gets {@code w0 - w} added, in the caller's scope
     * @return the loss before the first step
     */
    public double member(
            Supplier<Double> backward, Supplier<Map<String, Tensor>> gradients, Map<String, Tensor> moved) {
        Map<String, Tensor> before = new LinkedHashMap<>();
        double loss = 0;
        begin();
        try (PointerScope scope = new PointerScope()) {
            try {
                for (int t = 0; t < settings.steps(); t++) {
                    double now = backward.get();
                    loss = t == 0 ? now : loss;
                    Map<String, Tensor> found = gradients.get();
                    for (String name : found.keySet()) {
                        before.computeIfAbsent(
                                name, n -> parameters.get(n).detach().clone());
                    }
                    inner.apply(found, settings.learningRate(), clipped -> {});
                }
                add(before, moved);
            } finally {
                try (NoGradGuard guard = new NoGradGuard()) {
                    before.forEach((name, weight) -> parameters.get(name).copy_(weight));
                }
                end();
            }
        }
        return loss;
    }

    private void add(Map<String, Tensor> before, Map<String, Tensor> moved) {
        try (NoGradGuard guard = new NoGradGuard()) {
            before.forEach((name, weight) -> {
                Tensor difference = weight.sub(parameters.get(name));
                if (moved.containsKey(name)) {
                    moved.get(name).add_(difference);
                } else {
                    moved.put(name, Tensors.keep(difference));
                }
            });
        }
    }

    private void begin() {
        if (settings.keepMomentum()) { // it may come from a checkpoint
            outerState.forEach((name, slots) -> {
                if (slots.containsKey(KEPT)) {
                    inner.state()
                            .computeIfAbsent(name, n -> new LinkedHashMap<>())
                            .put("momentum", slots.get(KEPT));
                }
            });
        }
    }

    private void end() {
        if (settings.keepMomentum()) {
            inner.state().forEach((name, slots) -> outerState
                    .computeIfAbsent(name, n -> new LinkedHashMap<>())
                    .put(KEPT, slots.get("momentum")));
        } else {
            inner.close();
        }
        inner.state().clear();
    }

    /** The mean of what the members moved. */
    public static void mean(Map<String, Tensor> moved, int members) {
        try (NoGradGuard guard = new NoGradGuard()) {
            moved.values().forEach(each -> each.div_(new Scalar(members)));
        }
    }

    @Override
    public void close() {
        inner.close();
    }
}
