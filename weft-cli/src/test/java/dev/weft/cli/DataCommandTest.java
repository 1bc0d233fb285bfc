package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.pick.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataCommandTest {
    @TempDir
    Path folder;

    @Test
    void listsWhatGoesByName() {
        assertThat(Run.weft("data").out()).contains("fashion-mnist-10k").contains("dataset-fashion-mnist");
        assertThat(Run.weft("data", "--json").json().findValuesAsText("name"))
                .containsExactly("fashion-mnist-10k", "fashion-mnist");
    }

    @Test
    void looksIntoAFolder() {
        Path data = TinyRun.data(folder.resolve("my data"));
        Run run = Run.weft("data", data.toString());
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("420 images, 3 classes").contains("8x8").contains("--data '" + data + "'");
        assertThat(Run.weft("data", data.toString(), "--json")
                        .json()
                        .get("images")
                        .asInt())
                .isEqualTo(420);
    }

    @Test
    void saysWhichImageCannotBeRead() throws IOException {
        for (String name : new String[] {"cat/one.png", "dog/two.png"}) {
            Files.createDirectories(folder.resolve(name).getParent());
            Files.writeString(folder.resolve(name), "no image");
        }
        Run run = Run.weft("data", folder.toString());
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.out()).contains("PROBLEM").contains("one.png").contains("two.png");
    }

    @Test
    void aFolderWithoutImagesAndAnUnknownNameAreOneLine() {
        Run empty = Run.weft("data", folder.toString());
        assertThat(empty.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(empty.err().lines()).hasSize(1);
        assertThat(empty.err()).contains("holds no images that Weft knows");
        assertThat(Run.weft("data", "fashion").err()).contains("Unknown data \"fashion\"");
    }
}
