package dev.weft.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.io.Yaml;
import dev.weft.train.TinyTraining;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SplitSeedTest {
    @TempDir
    Path folder;

    @Test
    void splitsOfASeedStayTheSameInRunsOfOthers() throws IOException {
        DataSettings open = TinyTraining.dataSettings(TinyTraining.data(folder.resolve("data")));
        String selection = open.open(3).selection().idsSha256();
        assertThat(open.open(4).selection().idsSha256()).isNotEqualTo(selection);
        DataSettings fixed = open.withSplitsOf(3);
        assertThat(fixed.open(4).selection().idsSha256()).isEqualTo(selection);
        assertThat(fixed.withSplitsOf(9)).isEqualTo(fixed);
        assertThat(fixed.withSource("elsewhere").withSplitsOf(9)).isEqualTo(fixed.withSource("elsewhere"));
        assertThat(Yaml.parse(Yaml.write(fixed), "written", DataSettings.class)).isEqualTo(fixed);
    }
}
