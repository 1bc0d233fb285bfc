package dev.weft.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** OpenBLAS has a number of threads that libtorch's does not reach, so what is looked at is who computes. */
class LibtorchThreadsTest {
    @AfterEach
    void asTheOtherTestsHaveThem() {
        Libtorch.useThreads(1);
    }

    @Test
    void productsOfMatricesKeepToTheNumberOfThreads() {
        Libtorch.useThreads(2);
        assertThat(torch.get_num_threads()).isEqualTo(2);
        assertThat(partOfOthers()).isGreaterThan(0.2);
        Libtorch.useThreads(1);
        assertThat(torch.get_num_threads()).isEqualTo(1);
        assertThat(partOfOthers()).isLessThan(0.2);
    }

    /** The part of the processor time of many products that threads other than this one take. */
    private static double partOfOthers() {
        try (PointerScope scope = new PointerScope()) {
            Tensor a = torch.randn(512, 512);
            Tensor b = torch.randn(512, 512);
            multiply(a, b, 20); // the JVM compiles, and the other threads that there were fall asleep
            OperatingSystemMXBean process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            long all = process.getProcessCpuTime();
            long own = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            multiply(a, b, 200);
            double ownPart = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - own;
            return 1 - ownPart / (process.getProcessCpuTime() - all);
        }
    }

    private static void multiply(Tensor a, Tensor b, int times) {
        for (int i = 0; i < times; i++) {
            a.mm(b).close();
        }
    }
}
