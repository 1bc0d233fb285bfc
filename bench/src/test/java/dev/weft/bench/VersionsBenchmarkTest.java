package dev.weft.bench;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VersionsBenchmarkTest {
    @TempDir
    Path folder;

    @Test
    void whatIsNoBuiltCloneIsRefused() {
        Options options = new Options(false, 1, "python3", Path.of("bench"));
        assertThatThrownBy(() -> new VersionsBenchmark(List.of("--quick"), options, System.err))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("the folder of one clone of Weft");
        assertThatThrownBy(() -> new VersionsBenchmark(List.of(folder.toString()), options, System.err))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("whose benchmarks are built");
    }
}
