package dev.weft.cli;

import dev.weft.ops.Devices;
import picocli.CommandLine.Option;

/** The device that libtorch computes on; use it as {@code @Mixin DeviceOption device;} and call {@link #use} before anything is opened. */
final class DeviceOption {
    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = Devices.CPU,
            description =
                    "The device to compute on: cpu, cuda, cuda:N for the GPU of a number, or mps for that of an Apple computer "
                            + "(default: ${DEFAULT-VALUE}). Latency is measured on the CPU all the same.")
    private String device;

    /** Has tensors made there from now on; fails where this machine has no such device. */
    void use() {
        if (!device.equals(Devices.CPU)) { // else libtorch stays unloaded until there is work for it
            Devices.use(device);
        }
    }
}
