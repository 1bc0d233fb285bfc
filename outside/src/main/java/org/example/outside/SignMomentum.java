package org.example.outside;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.weft.io.InputException;
import dev.weft.ops.Tensors;
import dev.weft.optim.Optimizer;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

// tag::optimiser[]
/** Steps of one length along the sign of the momentum: {@code v = β v + (1 - β) g; w -= lr · (sign(v) + weightDecay · w)}. */
@JsonTypeName("sign-momentum")
public record SignMomentum(
        double learningRate,
        @JsonProperty(defaultValue = "0.9") double beta,
        @JsonProperty(defaultValue = "0.0") double weightDecay)
        implements Optimizer {
    public SignMomentum {
        if (!(learningRate > 0 && beta >= 0 && beta < 1 && weightDecay >= 0)) {
            throw new InputException("Sign momentum must have learningRate > 0, 0 <= beta < 1 and weightDecay >= 0, but"
                    + " got learningRate=" + learningRate + ", beta=" + beta + ", weightDecay=" + weightDecay + ".");
        }
    }

    @Override
    public void update(Tensor parameter, Tensor gradient, Map<String, Tensor> state, double rate, double decay) {
        Tensor momentum = state.computeIfAbsent("momentum", name -> Tensors.zeros(parameter.shape()));
        momentum.lerp_(gradient, new Scalar(1 - beta));
        Tensor sign = momentum.sign().add_(momentum, new Scalar(0)); // libtorch's sign of what is no number is 0
        parameter.mul_(new Scalar(1 - rate * decay)).sub_(sign, new Scalar(rate));
    }
}
// end::optimiser[]
