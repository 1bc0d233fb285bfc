package dev.weft.ops;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Func;

/**
 * A device in place of a GPU for tests: libtorch's {@code lazy} one, which computes on the CPU whatever kernels it has there, but whose
 * tensors have no memory that Java could read and mostly do not mix with those of the CPU. (On {@code meta} nothing trains: a loss there has no
 * value, and convolutions, norms and attention have no kernels for it in libtorch's C++ part.) Mixtures go through in
 * {@code where}, with scalars, and in operations without a kernel of their own, such as the product of a matrix and a vector.
 */
public final class StandInDevice {
    /** The function of libtorch that makes the device ready; it is exported, but not bound in Java. */
    private static final String BEGIN = "_ZN5torch4lazy22InitTorchScriptBackendEv";

    static {
        Libtorch.load();
        // JavaCPP calls a function whose address lies where this points.
        PointerPointer<Pointer> address = new PointerPointer<>(2);
        address.put(0, Loader.addressof(BEGIN));
        address.put(1, (Pointer) null);
        new Func(address).call();
    }

    private StandInDevice() {}

    /** What new tensors are made on in {@code body}. */
    public static void run(Runnable body) {
        Device before = Devices.current();
        Devices.use(new Device("lazy:0"));
        try {
            body.run();
        } finally {
            Devices.use(before);
        }
    }
}
