package dev.weft.train;

import dev.weft.ops.Tensors;
import dev.weft.optim.ParameterUpdate;
import dev.weft.optim.Reptile;
import dev.weft.step.MemberGradients;
import dev.weft.step.Step;
import dev.weft.step.Update;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The weights, where each member takes steps of its own and the recipe's optimiser takes what they moved for a gradient; see {@link Reptile}.
 */
final class ReptileUpdate implements Update {
    private static final String INNER = "inner."; // before a slot that the members' own steps remember

    private final Reptile settings;
    private final boolean mean;
    private final Map<String, Tensor> parameters;
    private final WeightsUpdate outer;
    private final ParameterUpdate inner;

    /**
     * @param mean whether the optimiser takes the mean of what the members moved, and not the sum
     * @param parameters that both move
     * @param outer the recipe's optimiser; closed here
     * @param inner the members' own; closed here
     */
    ReptileUpdate(
            Reptile settings,
            boolean mean,
            Map<String, Tensor> parameters,
            WeightsUpdate outer,
            ParameterUpdate inner) {
        this.settings = settings;
        this.mean = mean;
        this.parameters = parameters;
        this.outer = outer;
        this.inner = inner;
    }

    @Override
    public String name() {
        return outer.name();
    }

    @Override
    public boolean owns(String parameter) {
        return outer.owns(parameter);
    }

    @Override
    public void step(Step now) {
        MemberGradients members = now.members();
        Map<String, Tensor> moved = new LinkedHashMap<>();
        try {
            for (int i = 0; i < members.count(); i++) {
                members.trained(i, member(members, i, moved));
            }
            if (mean) {
                try (NoGradGuard guard = new NoGradGuard()) {
                    moved.values().forEach(each -> each.div_(new Scalar(members.count())));
                }
            }
            Map<String, Tensor> inOrder = new LinkedHashMap<>(parameters);
            inOrder.keySet().retainAll(moved.keySet());
            inOrder.replaceAll((name, parameter) -> moved.get(name));
            outer.move(now, inOrder);
        } finally {
            moved.values().forEach(Tensor::close);
        }
    }

    /**
     * Takes one member's steps and puts the weights back, bit for bit.
     *
     * @param moved gets {@code w0 - w} added, as kept tensors
     * @return the loss before the first step
     */
    private double member(MemberGradients members, int member, Map<String, Tensor> moved) {
        Map<String, Tensor> before = new LinkedHashMap<>();
        double loss = 0;
        try (PointerScope scope = new PointerScope()) {
            try {
                for (int t = 0; t < settings.steps(); t++) {
                    MemberGradients.Alone alone = members.alone(member);
                    loss = t == 0 ? alone.loss() : loss;
                    Map<String, Tensor> found = new LinkedHashMap<>(alone.gradients());
                    found.keySet().retainAll(parameters.keySet());
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
                if (!settings.keepMomentum()) {
                    inner.forget();
                }
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

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>(outer.state());
        inner.remembered().forEach((name, tensor) -> state.put(INNER + name, tensor));
        return state;
    }

    @Override
    public void restore(Map<String, Tensor> kept) {
        Map<String, Tensor> own = new LinkedHashMap<>();
        Map<String, Tensor> rest = new LinkedHashMap<>();
        kept.forEach((name, tensor) -> {
            if (name.startsWith(INNER)) {
                own.put(name.substring(INNER.length()), tensor);
            } else {
                rest.put(name, tensor);
            }
        });
        inner.restore(own);
        outer.restore(rest);
    }

    @Override
    public void close() {
        inner.close();
        outer.close();
    }
}
