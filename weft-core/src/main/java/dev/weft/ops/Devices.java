package dev.weft.ops;

import dev.weft.io.EnvironmentException;
import dev.weft.io.InputException;
import dev.weft.io.WeftCommand;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The one place that says where tensors live. New weights and batches are made on the {@linkplain #current() device in use}; everything
 * else is made where the tensors are that it is computed from or with. What Java reads and writes number by number, such as a sampler's
 * counts, stays in the machine's memory whatever the device.
 *
 * <p>The device is libtorch's for the whole process, as its number of threads is. Choose it before the first family is made.
 */
public final class Devices {
    static {
        Libtorch.load();
    }

    /** The device that needs nothing. */
    public static final String CPU = "cpu";

    private static final Pattern NAME = Pattern.compile("(cpu|mps)|cuda(:([0-9]{1,2}))?");

    private static volatile Device current = kept(new Device(CPU));

    private Devices() {}

    /** Where new tensors are made. */
    public static Device current() {
        return current;
    }

    /** The name of the device in use, such as {@code cpu} or {@code cuda:0}. */
    public static String name() {
        return name(current);
    }

    /** Has new tensors made on a device, of any kind that libtorch has; those that exist stay where they are. */
    public static void use(Device device) {
        current = kept(new Device(device));
    }

    /**
     * The same, by name.
     *
     * @param name {@code cpu}, {@code cuda}, {@code cuda:N} for the GPU of a number, or {@code mps} for Apple's
     * @throws InputException when it is no such name
     * @throws EnvironmentException when this machine, or the libtorch that is here, has no such device
     */
    public static void use(String name) {
        if (!name.equals(name())) { // a run that goes on where it began asks for nothing new
            use(present(name));
        }
    }

    /** One that lives on when the scope ends in which it was made. */
    private static Device kept(Device device) {
        return device.retainReference();
    }

    /** The device of a name, which must be here: see {@link #use(String)}. */
    private static Device present(String name) {
        Matcher parts = NAME.matcher(name);
        if (!parts.matches()) {
            throw new InputException(
                    "A device must be cpu, cuda, cuda:N or mps, but got \"" + name + "\". Without one it is cpu.");
        }
        if (name.startsWith("cuda")) {
            int number = parts.group(3) == null ? 0 : Integer.parseInt(parts.group(3));
            int found = cudaDevices();
            if (number >= found) {
                throw absent(
                        name,
                        found == 0
                                ? "libtorch finds no CUDA device. Weft must be built with -Pcuda, and the machine have a GPU with its driver"
                                : "the CUDA devices here are cuda:0" + (found == 1 ? "" : " to cuda:" + (found - 1)));
            }
            return new Device("cuda:" + number);
        }
        if (name.equals("mps") && !torch.hasMPS()) {
            throw absent(name, "libtorch finds no Apple GPU");
        }
        return new Device(name);
    }

    private static EnvironmentException absent(String name, String why) {
        return new EnvironmentException("Device " + name + " must be here, but " + why
                + ". Take --device cpu, or look at: " + WeftCommand.of("doctor"));
    }

    /** How many CUDA devices libtorch can use. */
    public static int cudaDevices() {
        return torch.cuda_is_available() ? torch.cuda_device_count() : 0;
    }

    /** Whether libtorch can use the GPU of an Apple computer. */
    public static boolean hasMps() {
        return torch.hasMPS();
    }

    /** The tensor itself where it is on the device in use, and otherwise a copy there; in the caller's scope. */
    public static Tensor here(Tensor tensor) {
        return to(tensor, current);
    }

    /** The tensor itself where it is on the device of {@code other}, and otherwise a copy there; in the caller's scope. */
    public static Tensor beside(Tensor tensor, Tensor other) {
        return to(tensor, other.device());
    }

    private static Tensor to(Tensor tensor, Device device) {
        return isOn(tensor, device)
                ? tensor
                : tensor.to(device, tensor.scalar_type().intern());
    }

    private static boolean isOn(Tensor tensor, Device device) {
        return device.is_cpu() ? tensor.is_cpu() : tensor.device().equals(device);
    }

    private static String name(Device device) {
        return device.str().getString();
    }
}
