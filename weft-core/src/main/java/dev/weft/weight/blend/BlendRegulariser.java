package dev.weft.weight.blend;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.weft.io.InputException;
import dev.weft.ops.Tensors;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What is added to the loss of the logits of blended choices. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = BlendRegulariser.None.class, name = "none"),
    @JsonSubTypes.Type(value = BlendRegulariser.Kl.class, name = "kl"),
    @JsonSubTypes.Type(value = BlendRegulariser.Norm.class, name = "norm"),
    @JsonSubTypes.Type(value = BlendRegulariser.Entropy.class, name = "entropy")
})
public sealed interface BlendRegulariser {
    /**
     * @param logits of each choice, shape (n) with its own n
     * @return a scalar with gradient to the logits, belongs to the caller's {@code PointerScope}
     */
    Tensor penalty(List<Tensor> logits);

    /** Nothing: a zero without gradient. */
    record None() implements BlendRegulariser {
        @Override
        public Tensor penalty(List<Tensor> logits) {
            return sum(0, List.of(), UnaryOperator.identity());
        }
    }

    /**
     * DrNAS (Chen et al. 2021): {@code scale · Σ KL(Dir(elu(alpha) + 1) ‖ Dir(1))}. Holds the concentrations near 1, where every
     * blend is equally likely. For {@link SimplexMap.Dirichlet}.
     *
     * @param scale 0 or more
     */
    record Kl(double scale) implements BlendRegulariser {
        public Kl {
            requireScale(scale);
        }

        @Override
        public Tensor penalty(List<Tensor> logits) {
            return sum(scale, logits, Kl::divergence);
        }

        private static Tensor divergence(Tensor logits) {
            Tensor c = SimplexMap.Dirichlet.concentration(logits);
            Tensor total = c.sum();
            Tensor normalisers = total.lgamma().sub(c.lgamma().sum()).sub(logOfFactorial(c.numel() - 1));
            Tensor expected = c.sub(new Scalar(1)).mul(c.digamma().sub(total.digamma()));
            return normalisers.add(expected.sum());
        }

        /** {@code log(count!)}; of {@code count = n - 1} it is the normaliser of {@code Dir(1)}, {@code log Γ(n)}. */
        private static Scalar logOfFactorial(long count) {
            double log = 0;
            for (long i = 2; i <= count; i++) {
                log += StrictMath.log(i);
            }
            return new Scalar(log);
        }
    }

    /**
     * {@code scale · Σ ‖alpha‖₂}, not squared: the pull towards 0 is equally strong everywhere.
     *
     * @param scale 0 or more
     */
    record Norm(double scale) implements BlendRegulariser {
        public Norm {
            requireScale(scale);
        }

        @Override
        public Tensor penalty(List<Tensor> logits) {
            return sum(scale, logits, Tensor::norm);
        }
    }

    /**
     * {@code scale · Σ H(softmax(alpha))} in nats: drives each choice to one option, so that little is lost when it is fixed.
     *
     * @param scale 0 or more
     */
    record Entropy(double scale) implements BlendRegulariser {
        public Entropy {
            requireScale(scale);
        }

        @Override
        public Tensor penalty(List<Tensor> logits) {
            return sum(scale, logits, alpha -> {
                Tensor log = torch.log_softmax(alpha, 0);
                return log.exp().mul(log).sum().neg();
            });
        }
    }

    private static void requireScale(double scale) {
        if (!(scale >= 0 && scale < Double.POSITIVE_INFINITY)) {
            throw new InputException("A regulariser must have scale >= 0, finite, but got scale=" + scale + ".");
        }
    }

    private static Tensor sum(double scale, List<Tensor> logits, UnaryOperator<Tensor> term) {
        return Tensors.scoped(() -> {
            Tensor sum = Tensors.sum(logits.stream().map(term).toList());
            return sum.mul(new Scalar(scale));
        });
    }
}
