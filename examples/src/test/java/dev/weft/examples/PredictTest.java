package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.model.Family;
import dev.weft.model.ImageInput;
import dev.weft.model.Presets;
import dev.weft.nn.MemberStatistics;
import dev.weft.onnx.ExportOptions;
import dev.weft.onnx.Exporter;
import dev.weft.ops.Bundle;
import dev.weft.ops.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictTest {
    @Test
    void namesWhatIsOnEachPicture(@TempDir Path folder) throws IOException {
        Pictures.write(folder, 1);
        Path onnx = folder.resolve("member.onnx");
        ImageInput input = new ImageInput(1, Pictures.SIZE, List.of(0.5), List.of(0.5), List.of("dark", "light"));
        try (Family family = Family.of(Presets.named("vit-tiny").withInput(input), 1);
                Tensor images = Tensors.zeros(2, 1, Pictures.SIZE, Pictures.SIZE)) {
            Exporter.export(
                    family,
                    family.space().smallest(),
                    MemberStatistics.none(),
                    List.of(Bundle.of("image", images)),
                    ExportOptions.onnx(onnx));
        }
        String dark = folder.resolve("dark/000.png").toString();
        String light = folder.resolve("light/000.png").toString();
        assertThat(Output.of(() -> Predict.main(new String[] {onnx.toString(), dark, light}))
                        .lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).matches(".*000\\.png: (dark|light) \\([01][.,]\\d\\d\\)"));
    }

    @Test
    void usesNothingOfWeftButRuntime() throws IOException {
        Path source = Path.of("src/main/java/dev/weft/examples/Predict.java");
        assertThat(Files.readAllLines(source).stream().filter(line -> line.startsWith("import ")))
                .allMatch(line -> line.matches("import (dev\\.weft\\.export|java|javax)\\..*"));
    }
}
