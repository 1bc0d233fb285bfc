package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.io.Yaml;
import dev.weft.recipe.Recipe;
import dev.weft.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiagnoseTest {
    @Test
    void printsEveryLayerAndTheNoise(@TempDir Path folder) throws IOException {
        Path pictures = folder.resolve("pictures");
        Pictures.write(pictures, 120);
        String text = Files.readString(Path.of("src/test/resources/tiny.yaml"));
        Recipe tiny = Yaml.parse(text, "tiny.yaml", Recipe.class);
        Recipe recipe = tiny.with(
                tiny.data().withSource(pictures.toString()), tiny.train().withEpochs(1));
        try (Trainer trainer = Trainer.start(recipe, folder.resolve("run"), 1)) {
            trainer.run();
        }
        String file = folder.resolve("run/family.safetensors").toString();
        assertThat(Output.of(() -> Diagnose.main(new String[] {file})))
                .contains("conv_stem: mean cosine ", "classifier: mean cosine ", "variance over squared mean: ");
    }
}
