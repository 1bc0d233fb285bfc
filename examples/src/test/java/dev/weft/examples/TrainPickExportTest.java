package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.export.ExportedModel;
import dev.weft.io.InputException;
import dev.weft.io.Yaml;
import dev.weft.model.Family;
import dev.weft.onnx.ExportOptions;
import dev.weft.pick.FinishedRun;
import dev.weft.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainPickExportTest {
    @Test
    void shipsAMemberThatKnowsItsClasses(@TempDir Path folder) throws IOException {
        Path pictures = folder.resolve("pictures");
        Pictures.write(pictures, 60);
        Recipe tiny = Yaml.read(Path.of("src/test/resources/tiny.yaml"), Recipe.class);
        Recipe recipe = new Recipe(
                tiny.name(),
                tiny.description(),
                tiny.model(),
                tiny.data().withSource(pictures.toString()),
                tiny.train());
        Path file = Files.writeString(folder.resolve("tiny.yaml"), Yaml.write(recipe));
        Path run = folder.resolve("run");

        assertThat(Output.of(() -> TrainPickExport.main(new String[] {file.toString(), run.toString()})))
                .contains("stage1.width=", "maxAbsError=");

        try (ExportedModel model = ExportedModel.open(run.resolve("best.onnx"))) {
            assertThat(model.metadata()).containsKeys("accuracy", "latencyMillisP50", "weft.maxAbsError");
            for (String name : model.classes()) {
                Path picture = pictures.resolve(name).resolve("000.png");
                assertThat(model.predict(ImageIO.read(picture.toFile())).label())
                        .isEqualTo(name);
            }
        }
        MembersForTiers.main(new String[] {run.toString()});
        assertThat(run.resolve("watch.onnx")).exists();
        assertThat(run.resolve("tablet.onnx")).exists();
        try (Family family = Family.open(run.resolve("family.safetensors"))) {
            assertThat(family.members()).containsKeys("largest", "smallest", "best", "watch", "phone", "tablet");
        }
        try (FinishedRun search = FinishedRun.open(run)) {
            assertThatThrownBy(() -> search.export("bset", ExportOptions.onnx(run.resolve("other.onnx"))))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("keeps no \"bset\"")
                    .hasMessageEndingWith("Did you mean \"best\"?");
        }
    }
}
