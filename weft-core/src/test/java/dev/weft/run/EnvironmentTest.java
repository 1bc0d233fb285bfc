package dev.weft.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.io.Json;
import org.junit.jupiter.api.Test;

class EnvironmentTest {
    private static final Environment MACHINE = new Environment(
            "Linux 6.1", "amd64", "AMD EPYC", 2, 1L << 34, "17.0.15", "0.1.0", "2.10.0-1.5.13", "1.23.2");

    @Test
    void thisMachineIsDescribed() {
        Environment here = Environment.current();
        assertThat(here.logicalCores()).isPositive();
        assertThat(here.memoryBytes()).isPositive();
        assertThat(here.weft()).matches("[0-9]+\\.[0-9]+\\.[0-9]+.*");
        assertThat(here.libtorch()).startsWith("2.");
        assertThat(here.onnxRuntime()).startsWith("1.");
        assertThat(here).isEqualTo(Environment.current());
        assertThat(Json.parse(Json.write(here), "x", Environment.class)).isEqualTo(here);
    }

    @Test
    void fingerprintIsStableAndTellsMachinesApart() {
        assertThat(MACHINE.hardwareFingerprint())
                .matches("[0-9a-f]{12}")
                .isEqualTo(changed("Linux 6.2", "AMD EPYC", 2, "1.23.2"));
        assertThat(MACHINE.hardwareFingerprint())
                .isNotEqualTo(changed("Linux 6.1", "AMD EPYC", 4, "1.23.2"))
                .isNotEqualTo(changed("Linux 6.1", "Xeon", 2, "1.23.2"))
                .isNotEqualTo(changed("Windows 11", "AMD EPYC", 2, "1.23.2"))
                .isNotEqualTo(changed("Linux 6.1", "AMD EPYC", 2, "1.24.0"));
    }

    private static String changed(String os, String cpu, int cores, String onnxRuntime) {
        return new Environment(os, "amd64", cpu, cores, 1L << 33, "21", "0.2.0", "2.11.0", onnxRuntime)
                .hardwareFingerprint();
    }
}
