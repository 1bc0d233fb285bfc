package dev.weft.loss;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.io.InputException;
import dev.weft.ops.Devices;
import dev.weft.run.Environment;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The arithmetic that a training step runs in. Weights and optimiser are float32 in both. */
public enum Precision {
    @JsonProperty("float32")
    FLOAT32,
    /** Forward and backward in bfloat16 where libtorch's autocast allows it; for GPUs, and CPUs with AVX-512 BF16 or AMX. */
    @JsonProperty("bfloat16")
    BFLOAT16;

    private static final Pattern BFLOAT16_FLAG =
            Pattern.compile("(?m)^(flags|Features)\\s*:.*\\b(avx512_bf16|amx_bf16|bf16)\\b");

    /** Fails when this machine computes bfloat16 by emulation, which is slower than float32. */
    public void requireHardware() {
        requireHardware(!Devices.current().is_cpu() || hasBfloat16());
    }

    void requireHardware(boolean bfloat16) {
        if (this == BFLOAT16 && !bfloat16) {
            throw new InputException(
                    "precision bfloat16 must have a CPU with AVX-512 BF16 or AMX, but this one has neither. "
                            + "Use precision: float32.");
        }
    }

    /** Whether this machine's CPU computes in bfloat16. */
    public static boolean hasBfloat16() {
        return hasBfloat16(Environment.cpuInfo());
    }

    /** @param cpuInfo the text of {@code /proc/cpuinfo}: {@code flags} on x86, {@code Features} on ARM */
    static boolean hasBfloat16(String cpuInfo) {
        return BFLOAT16_FLAG.matcher(cpuInfo).find();
    }

    /** Runs a forward pass, and whatever is computed with it, in this precision. */
    public <T> T run(Supplier<T> forward) {
        if (this == FLOAT32) {
            return forward.get();
        }
        // Casts of weights must not be remembered from one step to the next, and libtorch's Java API cannot clear its
        // cache.
        torch.set_autocast_cache_enabled(false);
        DeviceType device = Devices.current().type();
        torch.set_autocast_dtype(device, ScalarType.BFloat16); // that of GPUs is float16 otherwise
        torch.set_autocast_enabled(device, true);
        try {
            return forward.get();
        } finally {
            torch.set_autocast_enabled(device, false);
        }
    }
}
