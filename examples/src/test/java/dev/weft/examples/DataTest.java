package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.data.DataCatalog;
import dev.weft.data.ImageSplits;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataTest {
    @Test
    void ownFolderOfImages(@TempDir Path folder) {
        Pictures.write(folder, 20);
        // tag::splits[]
        ImageSplits splits = ImageSplits.of(DataCatalog.open(folder.toString()), 10, 1); // 10 to select by, seed 1
        assertThat(splits.train().classes()).containsExactly("dark", "light");
        assertThat(splits.selection().classCounts()).containsExactly(5, 5);
        assertThat(splits.report().size()).isEqualTo(10); // the folder has no test part
        // end::splits[]
        assertThat(splits.train().size()).isEqualTo(20);
    }
}
