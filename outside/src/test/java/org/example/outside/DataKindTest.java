package org.example.outside;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.recipe.Recipe;
import dev.weft.recipe.Recipes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is asked of data is asked of the kind: nobody takes a reader of this jar for one of Weft's own. */
class DataKindTest {
    @TempDir
    Path folder;

    @Test
    void aSplitThatAReaderDoesNotTakeIsRefusedInItsOwnName() throws Exception {
        Path recipe = Example.particles(folder, 1, "");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.weft.cli.Main",
                        "train",
                        recipe.toString(),
                        "--split",
                        "60/20/20",
                        "--out",
                        folder.resolve("run").toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isEqualTo(2);
        assertThat(output).contains("particle-table").contains("--split").doesNotContain("text");
        assertThat(folder.resolve("run")).doesNotExist();
    }

    @Test
    void batchesOfAReaderAreFittedToSmallData() throws Exception {
        Recipe recipe = Recipes.read(Example.particles(folder, 1, "").toString(), List.of(), OutsideKinds.KINDS);
        var splits = recipe.data().open(1);
        Recipe large = recipe.with(recipe.data().withBatchSize(4096), recipe.train());
        int fitted = large.fittedTo(splits).data().batchSize();
        assertThat(fitted)
                .isLessThanOrEqualTo(splits.train().size() / 4)
                .isGreaterThan(splits.train().size() / 16);
        assertThat(recipe.with(recipe.data().withBatchSize(2), recipe.train()).fittedTo(splits))
                .isEqualTo(recipe.with(recipe.data().withBatchSize(2), recipe.train()));
    }
}
