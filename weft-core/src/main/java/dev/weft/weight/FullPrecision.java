package dev.weft.weight;

import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/** Mixing weights are computed as the weights are stored, also in a pass that autocasts: rounded, they would no longer sum to 1. */
public final class FullPrecision {
    private FullPrecision() {}

    public static Tensor of(Supplier<Tensor> body) {
        if (!torch.is_autocast_enabled(DeviceType.CPU)) {
            return body.get();
        }
        torch.set_autocast_enabled(DeviceType.CPU, false);
        try {
            return body.get();
        } finally {
            torch.set_autocast_enabled(DeviceType.CPU, true);
        }
    }
}
