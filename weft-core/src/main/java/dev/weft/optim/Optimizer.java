package dev.weft.optim;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.weft.io.InputException;
import dev.weft.ops.Tensors;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * An update rule with its settings. Holds no state: what it remembers of a parameter lies in a map that the caller keeps, so that
 * a checkpoint is the parameters and those maps. Formulas are PyTorch's, but for {@link RmsPropTf}.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Optimizer.Sgd.class, name = "sgd"),
    @JsonSubTypes.Type(value = Optimizer.Adam.class, name = "adam"),
    @JsonSubTypes.Type(value = Optimizer.AdamW.class, name = "adamw"),
    @JsonSubTypes.Type(value = Optimizer.RmsProp.class, name = "rmsprop"),
    @JsonSubTypes.Type(value = Optimizer.RmsPropTf.class, name = "rmsprop-tf")
})
public interface Optimizer {
    /** The initial learning rate, which a schedule scales. */
    double learningRate();

    /** The decay of every weight by the optimiser, once a step. */
    double weightDecay();

    /**
     * Moves one parameter in place. Called without gradient recording, inside a {@code PointerScope}.
     *
     * @param gradient of the parameter; not changed
     * @param state what was remembered of this parameter, by name; empty at first. New entries must be kept tensors
     * @param learningRate of this step
     * @param weightDecay of this parameter
     */
    void update(Tensor parameter, Tensor gradient, Map<String, Tensor> state, double learningRate, double weightDecay);

    /**
     * What its memory adds to the gradient of the coming step, where the step is plain descent but for that: momentum. Empty for nothing, and for
     * optimisers that are looked ahead without their memory.
     *
     * @param state what is remembered of a parameter, by name
     * @return in the caller's scope
     */
    default Optional<Tensor> carried(Map<String, Tensor> state) {
        return Optional.empty();
    }

    private static void require(boolean holds, String what, Object settings) {
        if (!holds) {
            throw new InputException("An optimizer must have " + what + ", but got " + settings + ".");
        }
    }

    private static void requireAdam(
            double learningRate, double beta1, double beta2, double epsilon, double weightDecay) {
        require(
                learningRate > 0
                        && beta1 >= 0
                        && beta1 < 1
                        && beta2 >= 0
                        && beta2 < 1
                        && epsilon > 0
                        && weightDecay >= 0
                        && Double.isFinite(learningRate + weightDecay),
                "learningRate > 0, betas in [0, 1), epsilon > 0 and weightDecay >= 0",
                "learningRate=" + learningRate + ", beta1=" + beta1 + ", beta2=" + beta2 + ", epsilon=" + epsilon
                        + ", weightDecay=" + weightDecay);
    }

    private static void adam(
            Tensor parameter,
            Tensor gradient,
            Map<String, Tensor> state,
            double rate,
            double beta1,
            double beta2,
            double epsilon) {
        Tensor steps = state.computeIfAbsent("steps", n -> Tensors.zeros(1));
        steps.add_(new Scalar(1));
        double step = steps.item_float();
        Tensor mean = zeros(state, "mean", parameter);
        Tensor square = zeros(state, "square", parameter);
        mean.lerp_(gradient, new Scalar(1 - beta1));
        square.mul_(new Scalar(beta2)).addcmul_(gradient, gradient, new Scalar(1 - beta2));
        double correction = Math.sqrt(1 - StrictMath.pow(beta2, step));
        Tensor denominator = square.sqrt().div_(new Scalar(correction)).add_(new Scalar(epsilon));
        parameter.addcdiv_(mean, denominator, new Scalar(-rate / (1 - StrictMath.pow(beta1, step))));
    }

    private static Tensor zeros(Map<String, Tensor> state, String name, Tensor like) {
        return state.computeIfAbsent(name, n -> Tensors.zerosLike(like, like.shape()));
    }

    private static Tensor decayed(Tensor parameter, Tensor gradient, double weightDecay) {
        return weightDecay == 0 ? gradient : gradient.add(parameter, new Scalar(weightDecay));
    }

    /**
     * Stochastic gradient descent: {@code g += weightDecay · w; v = momentum · v + g; w -= lr · v} (Nesterov:
     * {@code w -= lr · (g + momentum · v)}).
     */
    record Sgd(
            double learningRate,
            @JsonProperty(defaultValue = "0.9") double momentum,
            @JsonProperty(defaultValue = "false") boolean nesterov,
            @JsonProperty(defaultValue = "0.0") double weightDecay)
            implements Optimizer {
        /** The slot of v. */
        private static final String VELOCITY = "momentum";

        public Sgd {
            require(
                    learningRate > 0
                            && momentum >= 0
                            && momentum < 1
                            && weightDecay >= 0
                            && Double.isFinite(learningRate + weightDecay),
                    "learningRate > 0, 0 <= momentum < 1 and weightDecay >= 0",
                    "learningRate=" + learningRate + ", momentum=" + momentum + ", weightDecay=" + weightDecay);
            require(!nesterov || momentum > 0, "momentum > 0 where nesterov is true", "momentum=" + momentum);
        }

        @Override
        public void update(Tensor parameter, Tensor gradient, Map<String, Tensor> state, double rate, double decay) {
            Tensor direction = decayed(parameter, gradient, decay);
            if (momentum > 0) {
                Tensor velocity = zeros(state, VELOCITY, parameter);
                velocity.mul_(new Scalar(momentum)).add_(direction);
                direction = nesterov ? direction.add(velocity, new Scalar(momentum)) : velocity;
            }
            parameter.add_(direction, new Scalar(-rate));
        }

        @Override
        public Optional<Tensor> carried(Map<String, Tensor> state) {
            return momentum > 0
                    ? Optional.ofNullable(state.get(VELOCITY)).map(velocity -> velocity.mul(new Scalar(momentum)))
                    : Optional.empty();
        }
    }

    /** Adam (Kingma and Ba 2015), with weight decay as part of the gradient: what PyTorch calls Adam. */
    record Adam(
            double learningRate,
            @JsonProperty(defaultValue = "0.9") double beta1,
            @JsonProperty(defaultValue = "0.999") double beta2,
            @JsonProperty(defaultValue = "1.0e-8") double epsilon,
            @JsonProperty(defaultValue = "0.0") double weightDecay)
            implements Optimizer {
        public Adam {
            requireAdam(learningRate, beta1, beta2, epsilon, weightDecay);
        }

        @Override
        public void update(Tensor parameter, Tensor gradient, Map<String, Tensor> state, double rate, double decay) {
            adam(parameter, decayed(parameter, gradient, decay), state, rate, beta1, beta2, epsilon);
        }
    }

    /** Adam with decoupled weight decay (Loshchilov and Hutter 2019): {@code w -= lr · weightDecay · w} before Adam's step. */
    record AdamW(
            double learningRate,
            @JsonProperty(defaultValue = "0.9") double beta1,
            @JsonProperty(defaultValue = "0.999") double beta2,
            @JsonProperty(defaultValue = "1.0e-8") double epsilon,
            @JsonProperty(defaultValue = "0.01") double weightDecay)
            implements Optimizer {
        public AdamW {
            requireAdam(learningRate, beta1, beta2, epsilon, weightDecay);
        }

        @Override
        public void update(Tensor parameter, Tensor gradient, Map<String, Tensor> state, double rate, double decay) {
            parameter.mul_(new Scalar(1 - rate * decay));
            adam(parameter, gradient, state, rate, beta1, beta2, epsilon);
        }
    }

    private static void requireRmsProp(
            double learningRate, double decay, double momentum, double epsilon, double weightDecay) {
        require(
                learningRate > 0
                        && decay >= 0
                        && decay < 1
                        && momentum >= 0
                        && momentum < 1
                        && epsilon > 0
                        && weightDecay >= 0
                        && Double.isFinite(learningRate + weightDecay),
                "learningRate > 0, decay and momentum in [0, 1), epsilon > 0 and weightDecay >= 0",
                "learningRate=" + learningRate + ", decay=" + decay + ", momentum=" + momentum + ", epsilon=" + epsilon
                        + ", weightDecay=" + weightDecay);
    }

    /** {@code s = decay · s + (1 - decay) · g²}, in place. */
    private static void averageSquare(Tensor square, Tensor gradient, double decay) {
        square.mul_(new Scalar(decay)).addcmul_(gradient, gradient, new Scalar(1 - decay));
    }

    /**
     * RMSProp as PyTorch has it: {@code s = decay · s + (1 - decay) · g²; v = momentum · v + g / (√s + ε); w -= lr · v}, with s from 0.
     *
     * @param decay of the average of squares
     */
    record RmsProp(
            double learningRate,
            @JsonProperty(defaultValue = "0.9") double decay,
            @JsonProperty(defaultValue = "0.9") double momentum,
            @JsonProperty(defaultValue = "1.0e-3") double epsilon,
            @JsonProperty(defaultValue = "0.0") double weightDecay)
            implements Optimizer {
        public RmsProp {
            requireRmsProp(learningRate, decay, momentum, epsilon, weightDecay);
        }

        @Override
        public void update(
                Tensor parameter, Tensor gradient, Map<String, Tensor> state, double rate, double weightDecay) {
            Tensor direction = decayed(parameter, gradient, weightDecay);
            Tensor square = zeros(state, "square", parameter);
            averageSquare(square, direction, decay);
            Tensor scaled = direction.div(square.sqrt().add_(new Scalar(epsilon)));
            if (momentum > 0) {
                Tensor velocity = zeros(state, "momentum", parameter);
                velocity.mul_(new Scalar(momentum)).add_(scaled);
                scaled = velocity;
            }
            parameter.add_(scaled, new Scalar(-rate));
        }
    }

    /**
     * RMSProp as TensorFlow has it: {@code s = decay · s + (1 - decay) · g²; v = momentum · v + lr · g / √(s + ε); w -= v}, with s from 1.
     * Rates that were published with TensorFlow, such as those of MobileNetV3, EfficientNet and BigNAS, belong to it. Against {@link RmsProp}
     * the first steps are short, while s forgets that it began at 1; a small gradient moves less, because ε is under the root; and a rate
     * that changes reaches the momentum of later steps only.
     *
     * @param decay of the average of squares; 0.9 in BigNAS
     */
    record RmsPropTf(
            double learningRate,
            @JsonProperty(defaultValue = "0.9") double decay,
            @JsonProperty(defaultValue = "0.9") double momentum,
            @JsonProperty(defaultValue = "1.0e-3") double epsilon,
            @JsonProperty(defaultValue = "0.0") double weightDecay)
            implements Optimizer {
        public RmsPropTf {
            requireRmsProp(learningRate, decay, momentum, epsilon, weightDecay);
        }

        @Override
        public void update(
                Tensor parameter, Tensor gradient, Map<String, Tensor> state, double rate, double weightDecay) {
            Tensor direction = decayed(parameter, gradient, weightDecay);
            Tensor square = state.computeIfAbsent("square", n -> Tensors.keep(torch.ones_like(parameter.detach())));
            averageSquare(square, direction, decay);
            Tensor step = direction.div(square.add(new Scalar(epsilon)).sqrt_()).mul_(new Scalar(rate));
            if (momentum > 0) {
                Tensor velocity = zeros(state, "momentum", parameter);
                velocity.mul_(new Scalar(momentum)).add_(step);
                step = velocity;
            }
            parameter.sub_(step);
        }
    }
}
