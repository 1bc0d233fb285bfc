package dev.weft.ops;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** The few things about native tensors that every caller needs: what outlives a scope, raw bytes, no gradients. */
public final class Tensors {
    static {
        Libtorch.load();
    }

    private Tensors() {}

    /**
     * Lets {@code tensor} outlive the {@code PointerScope}s that are open now: it lives until it is closed, or is no longer
     * reachable from Java. For what a field holds; everything else dies with its scope.
     */
    public static Tensor keep(Tensor tensor) {
        return tensor.retainReference();
    }

    /** Runs {@code body}, frees its temporaries, and hands its result to the caller's scope. */
    public static Tensor scoped(Supplier<Tensor> body) {
        Tensor result;
        try (PointerScope scope = new PointerScope()) {
            result = keep(body.get());
        }
        PointerScope outer = PointerScope.getInnerScope();
        if (outer != null) {
            outer.attach(result);
            result.releaseReference();
        }
        return result;
    }

    /** Does what {@link #scoped} does, without recording gradients. */
    public static Tensor withoutGradients(Supplier<Tensor> body) {
        return scoped(() -> {
            try (NoGradGuard guard = new NoGradGuard()) {
                return body.get();
            }
        });
    }

    /** A new float32 tensor of zeros in the machine's memory, whatever the device in use, kept: for what Java counts. */
    public static Tensor zeros(long... shape) {
        return keep(torch.zeros(shape));
    }

    /** A new tensor of zeros of the type of {@code like}, where it is, kept. */
    public static Tensor zerosLike(Tensor like, long... shape) {
        return keep(like.new_zeros(shape));
    }

    /** A new float32 tensor with these values, row by row, on the device in use, kept. */
    public static Tensor of(float[] values, long... shape) {
        return placed(Tensor.create(values, shape));
    }

    /** A new int64 tensor with these values, row by row, on the device in use, kept. */
    public static Tensor ofLongs(long[] values, long... shape) {
        return placed(Tensor.create(values, shape));
    }

    /** A fresh tensor on the device in use, kept: {@code made} itself, or a copy in its place. */
    public static Tensor placed(Tensor made) {
        return moved(keep(made), Devices.here(made));
    }

    /** A kept tensor on the device in use: {@code kept} itself, or a copy in its place. */
    public static Tensor here(Tensor kept) {
        return moved(kept, Devices.here(kept));
    }

    /** A kept tensor on the device of {@code other}: {@code kept} itself, or a copy in its place. */
    public static Tensor beside(Tensor kept, Tensor other) {
        return moved(kept, Devices.beside(kept, other));
    }

    private static Tensor moved(Tensor kept, Tensor there) {
        if (there == kept) {
            return kept;
        }
        keep(there);
        kept.close();
        return there;
    }

    /** Float32 numbers on the device in use; in the caller's scope. */
    public static Tensor fresh(float[] values, long... shape) {
        return Devices.here(Tensor.create(values, shape));
    }

    /** Float64 numbers on the device in use; in the caller's scope. */
    public static Tensor fresh(double[] values, long... shape) {
        return Devices.here(Tensor.create(values, shape));
    }

    /** Indices or tokens of int64 on the device in use; in the caller's scope. */
    public static Tensor fresh(long[] values, long... shape) {
        return Devices.here(Tensor.create(values, shape));
    }

    /** A float32 scalar on the device in use; in the caller's scope. */
    public static Tensor scalar(double value) {
        return fresh(new float[] {(float) value});
    }

    /** Numbers of the type of {@code like}, where it is; in the caller's scope. */
    public static Tensor like(Tensor like, double[] values, long... shape) {
        return Tensor.create(values, shape).to(like);
    }

    /** Does what {@link #like(Tensor, double[], long...)} does. */
    public static Tensor like(Tensor like, float[] values, long... shape) {
        return Tensor.create(values, shape).to(like);
    }

    /** Indices or positions of int64, where {@code like} is; in the caller's scope. */
    public static Tensor longsLike(Tensor like, long... values) {
        return Devices.beside(Tensor.create(values, values.length), like);
    }

    /** Real numbers in float64, for a family for exact checks; other tensors as they are. In the caller's scope. */
    public static Tensor inDoubles(Tensor inputs) {
        return inputs.is_floating_point() ? inputs.to(torch.ScalarType.Double) : inputs;
    }

    /** Zero, of the type of {@code like} and where it is: what sums begin with; in the caller's scope. */
    public static Tensor zero(Tensor like) {
        return like.new_zeros(new long[0]);
    }

    /** The sum of all entries of some tensors of one place, a scalar; in the caller's scope. */
    public static Tensor sum(Iterable<Tensor> tensors) {
        Tensor sum = null;
        for (Tensor tensor : tensors) {
            sum = (sum == null ? zero(tensor) : sum).add(tensor.sum());
        }
        return sum == null ? scalar(0) : sum;
    }

    /**
     * Runs a body whose gradient is to have a gradient itself: attention then runs unfused, because the fused kernel has no second
     * derivative. The setting is libtorch's, for the whole process: another thread's attention meanwhile is slower, not wrong. Bodies
     * run one at a time, or the first to end would switch fused attention on again for the others.
     */
    public static synchronized <T> T withSecondGradients(Supplier<T> body) {
        Context context = torch.globalContext();
        boolean fused = context.userEnabledFlashSDP();
        context.setSDPUseFlash(false);
        try {
            return body.get();
        } finally {
            context.setSDPUseFlash(fused);
        }
    }

    /** A tensor that has a shape and no data, kept. */
    public static Tensor meta(long... shape) {
        return meta(torch.ScalarType.Float, shape);
    }

    /** Does what {@link #meta} does, for int64. */
    public static Tensor metaLongs(long... shape) {
        return meta(torch.ScalarType.Long, shape);
    }

    /** Does what {@link #meta(long...)} does, for any type. */
    public static Tensor meta(torch.ScalarType type, long... shape) {
        TensorOptions options = new TensorOptions()
                .device(new DeviceOptional(new Device("meta")))
                .dtype(new ScalarTypeOptional(type));
        return keep(torch.empty(shape, options, new MemoryFormatOptional()));
    }

    /** A copy of the values as a Java array, row by row, whatever the strides. */
    public static float[] floats(Tensor tensor) {
        try (PointerScope scope = new PointerScope()) {
            Tensor plain = tensor.detach().cpu().to(torch.ScalarType.Float).contiguous();
            float[] values = new float[Math.toIntExact(plain.numel())];
            new FloatPointer(plain.data_ptr_float()).get(values);
            return values;
        }
    }

    /** Does what {@link #floats} does, in double precision. */
    public static double[] doubles(Tensor tensor) {
        try (PointerScope scope = new PointerScope()) {
            Tensor plain = tensor.detach().cpu().to(torch.ScalarType.Double).contiguous();
            double[] values = new double[Math.toIntExact(plain.numel())];
            new DoublePointer(plain.data_ptr_double()).get(values);
            return values;
        }
    }

    /** A copy of the raw little-endian bytes, row by row. */
    public static ByteBuffer bytes(Tensor tensor) {
        try (PointerScope scope = new PointerScope()) {
            Tensor plain = tensor.detach().cpu().contiguous();
            byte[] bytes = new byte[Math.toIntExact(plain.nbytes())];
            new BytePointer(plain.data_ptr()).capacity(bytes.length).get(bytes);
            return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }
    }
}
