package dev.weft.ops;

import java.util.Arrays;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What training makes noisy: operations that draw, and that cannot be recorded. At a rate of 0 each is the input itself. */
public final class NoiseOps {
    static {
        Libtorch.load();
    }

    private NoiseOps() {}

    /**
     * Zeroes each entry with probability {@code rate} and scales the others by {@code 1 / (1 - rate)}. At rate 0 it is the
     * input itself. A training operation: at other rates it cannot be recorded.
     */
    public static Tensor dropout(Tensor x, double rate) {
        return rate == 0 ? x : Ops.unrecorded("Dropout", torch.dropout(x, rate, true));
    }

    /**
     * Zeroes whole channels of x (B, C, …) with probability {@code rate} and scales the others by {@code 1 / (1 - rate)} (Tompson et
     * al. 2015). At rate 0 it is the input itself.
     */
    public static Tensor channelDropout(Tensor x, double rate) {
        return rate == 0 ? x : Ops.unrecorded("Dropout of channels", torch.feature_dropout(x, rate, true));
    }

    /**
     * Drop-connect (stochastic depth, Huang et al. 2016): zeroes whole examples of a residual branch (B, …) with probability
     * {@code rate} and scales the others by {@code 1 / (1 - rate)}. At rate 0 it is the input itself.
     */
    public static Tensor dropConnect(Tensor x, double rate) {
        if (rate == 0) {
            return x;
        }
        long[] shape = new long[(int) x.dim()];
        Arrays.fill(shape, 1);
        shape[0] = x.size(0);
        Tensor keep = Ops.like(x, shape);
        keep.bernoulli_(1 - rate, new GeneratorOptional());
        return Ops.unrecorded("Drop-connect", x.mul(keep).mul(new Scalar(1 / (1 - rate))));
    }
}
