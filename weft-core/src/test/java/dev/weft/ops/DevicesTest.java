package dev.weft.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.EnvironmentException;
import dev.weft.io.InputException;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DevicesTest {
    @Test
    void newTensorsAreOnTheDeviceInUseAndJavaReadsThem() {
        StandInDevice.run(() -> {
            try (PointerScope scope = new PointerScope();
                    Tensor made = Tensors.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3)) {
                assertThat(made.device().str().getString()).isEqualTo(Devices.name());
                assertThat(Tensors.floats(made.t())).containsExactly(1, 4, 2, 5, 3, 6);
                assertThat(Tensors.bytes(made).getFloat(4)).isEqualTo(2);
                assertThat(Tensors.zeros(2).is_cpu()).isTrue();
            }
        });
        assertThat(Devices.name()).isEqualTo("cpu");
    }

    @Test
    void tensorsOfTwoDevicesDoNotMix() {
        StandInDevice.run(() -> {
            try (PointerScope scope = new PointerScope();
                    Tensor here = Tensors.of(new float[] {1, 2}, 2)) {
                Tensor elsewhere = Tensor.create(new float[] {3, 4}, 2);
                assertThatThrownBy(() -> here.add(elsewhere)).hasMessageContaining("not a lazy tensor");
                assertThat(Tensors.floats(here.add(Devices.beside(elsewhere, here))))
                        .containsExactly(4, 6);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpu", "cuda:", "cuda:-1", "cuda:x", "CPU", "", "mps:1", "cuda:100"})
    void whatIsNoDeviceIsRefused(String name) {
        assertThatThrownBy(() -> Devices.use(name))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "A device must be cpu, cuda, cuda:N or mps, but got \"" + name + "\". Without one it is cpu.");
        assertThat(Devices.name()).isEqualTo("cpu");
    }

    @Test
    void deviceThatIsNotHereIsMissingFromTheMachine() {
        for (String name : Devices.hasMps() ? List.of("cuda:99") : List.of("cuda:99", "mps")) {
            assertThatThrownBy(() -> Devices.use(name))
                    .isInstanceOf(EnvironmentException.class)
                    .hasMessageStartingWith("Device " + name + " must be here, but ")
                    .hasMessageContaining("--device cpu");
        }
        assertThat(Devices.name()).isEqualTo("cpu");
    }
}
