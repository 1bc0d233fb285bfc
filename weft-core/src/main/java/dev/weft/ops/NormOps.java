package dev.weft.ops;

import java.util.Map;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Normalisations, each of which reports one operation, whatever kernels it runs. What is said of all operations at {@link Ops} holds here.
 */
public final class NormOps {
    static {
        Libtorch.load();
    }

    private NormOps() {}

    /**
     * Batch norm with given statistics: x (B, C, H, W); mean, variance, weight and bias (C), the last two {@code null} for a norm
     * that does not scale and shift. Not for training: there the
     * statistics come from the batch, see {@link #batchNormOfBatch}.
     */
    public static Tensor batchNorm(Tensor x, Tensor mean, Tensor variance, Tensor weight, Tensor bias, double epsilon) {
        Tensor y = x.is_meta()
                ? Ops.like(x, x.shape())
                : torch.batch_norm(
                        x,
                        Ops.optional(weight),
                        Ops.optional(bias),
                        Ops.optional(mean),
                        Ops.optional(variance),
                        false,
                        0,
                        epsilon,
                        false);
        return Ops.ran(Op.BATCH_NORM, y, Map.of("epsilon", epsilon), x, mean, variance, weight, bias);
    }

    /**
     * Batch norm with the statistics of this batch. When {@code mean} and {@code variance} (C) are not {@code null} they are
     * moved in place towards the batch's by {@code momentum} (the variance as the unbiased estimate). A training operation:
     * it cannot be recorded.
     */
    public static Tensor batchNormOfBatch(
            Tensor x, Tensor mean, Tensor variance, Tensor weight, Tensor bias, double momentum, double epsilon) {
        if (Ops.isRecording()) {
            throw new IllegalStateException(
                    "Batch norm over the batch cannot be recorded: give the pass a member's statistics.");
        }
        return torch.batch_norm(
                x,
                Ops.optional(weight),
                Ops.optional(bias),
                Ops.optional(mean),
                Ops.optional(variance),
                true,
                momentum,
                epsilon,
                false);
    }

    /** Zeros for a statistic of the channels of x (B, C, …), where x is: float64 for float64 and otherwise float32; kept. */
    public static Tensor statistic(Tensor x) {
        Tensor zeros = x.new_zeros(x.size(1));
        return Tensors.keep(x.scalar_type().intern() == ScalarType.Double ? zeros : zeros.to(ScalarType.Float));
    }

    /** Layer norm over the last axis: x (…, C); weight and bias (C), each {@code null} where there is none. */
    public static Tensor layerNorm(Tensor x, Tensor weight, Tensor bias, double epsilon) {
        Tensor y = x.is_meta()
                ? Ops.like(x, x.shape())
                : torch.layer_norm(
                        x, new long[] {x.size(-1)}, Ops.optional(weight), Ops.optional(bias), epsilon, false);
        return Ops.ran(Op.LAYER_NORM, y, Map.of("epsilon", epsilon), x, weight, bias);
    }

    /** Root-mean-square norm over the last axis, {@code x / √(mean(x²) + ε) · weight}: x (…, C); weight (C). */
    public static Tensor rmsNorm(Tensor x, Tensor weight, double epsilon) {
        Tensor y = x.is_meta()
                ? Ops.like(x, x.shape())
                : torch.rms_norm(x, new long[] {x.size(-1)}, Ops.optional(weight), new DoubleOptional(epsilon));
        return Ops.ran(Op.RMS_NORM, y, Map.of("epsilon", epsilon), x, weight);
    }

    /**
     * Group norm (Wu and He 2018): each example's channels, in groups of C / groups, are normalised over the group and all positions: x
     * (B, C, …), weight and bias (C), both {@code null} for a norm that does not scale and shift. The groups divide C.
     */
    public static Tensor groupNorm(Tensor x, int groups, Tensor weight, Tensor bias, double epsilon) {
        if (x.size(1) % groups != 0) {
            throw new IllegalArgumentException(
                    "The groups must divide the channels, but there are " + groups + " and " + x.size(1) + ".");
        }
        Tensor y = x.is_meta()
                ? Ops.like(x, x.shape())
                : torch.group_norm(x, groups, Ops.optional(weight), Ops.optional(bias), epsilon, false);
        return Ops.ran(Op.GROUP_NORM, y, Map.of("groups", groups, "epsilon", epsilon), x, weight, bias);
    }

    /** {@code x / max(‖x‖₂, ε)} over the last axis: x (…, C). A row of zeros stays zero. */
    public static Tensor l2Normalise(Tensor x, double epsilon) {
        Tensor length = torch.norm(x, new ScalarOptional(new Scalar(2)), new long[] {-1}, true);
        Tensor y = x.div(length.clamp_min(new Scalar(epsilon)));
        return Ops.ran(Op.L2_NORMALISE, y, Map.of("epsilon", epsilon), x);
    }
}
