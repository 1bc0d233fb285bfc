package dev.weft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class FashionMnistTest {
    @Test
    void embeddedSubsetIsBalancedAndNamed() {
        ImageParts parts = FashionMnist.embedded();
        ImageDataset test = parts.test().orElseThrow();
        assertThat(parts.name()).isEqualTo("fashion-mnist-10k");
        assertThat(parts.validation()).isEmpty();
        assertThat(parts.train().size()).isEqualTo(10_000);
        assertThat(test.size()).isEqualTo(2_000);
        assertThat(parts.train().classCounts()).isEqualTo(Collections.nCopies(10, 1000));
        assertThat(test.classCounts()).isEqualTo(Collections.nCopies(10, 200));
        assertThat(List.of(
                        parts.train().channels(),
                        parts.train().height(),
                        parts.train().width()))
                .containsExactly(1, 28, 28);
        assertThat(parts.train().classes())
                .hasSize(10)
                .startsWith("T-shirt/top")
                .endsWith("Ankle boot");
        // The official training set begins with an ankle boot, the test set too.
        assertThat(parts.train().label(0)).isEqualTo(9);
        assertThat(test.label(0)).isEqualTo(9);
        assertThat(parts.train().id(42)).isEqualTo("train/00042");
        assertThat(test.id(1999)).isEqualTo("test/01999");
    }

    @Test
    void embeddedFilesAreTheOnesThatTheirSourceNoteStates() throws Exception {
        String note = text("fashion-mnist-10k/SOURCE.txt");
        for (String file : List.of(
                "train-images-idx3-ubyte",
                "train-labels-idx1-ubyte",
                "t10k-images-idx3-ubyte",
                "t10k-labels-idx1-ubyte")) {
            byte[] content =
                    DataFile.ofResource("fashion-mnist-10k/" + file + ".gz").readAll();
            byte[] sha = MessageDigest.getInstance("SHA-256").digest(content);
            assertThat(note).contains(HexFormat.of().formatHex(sha) + "  " + file + "\n");
        }
        assertThat(text("fashion-mnist-10k/LICENSE.txt")).contains("Zalando SE", "Permission is hereby granted");
    }

    @Test
    void missingFullSetSaysHowToInstallIt() {
        assertThatThrownBy(() -> FashionMnist.full(Path.of("/no/such/folder")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("/no/such/folder")
                .hasMessageContaining("sudo apt-get install dataset-fashion-mnist");
    }

    private static String text(String resource) throws IOException {
        try (InputStream in = FashionMnist.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
