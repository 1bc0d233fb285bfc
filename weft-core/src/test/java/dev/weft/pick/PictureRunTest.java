package dev.weft.pick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.data.ImageDataset;
import dev.weft.export.ExportedModel;
import dev.weft.export.Prediction;
import dev.weft.io.InputException;
import dev.weft.io.SafetensorsFile;
import dev.weft.io.Yaml;
import dev.weft.onnx.ExportOptions;
import dev.weft.recipe.DataSettings;
import dev.weft.recipe.Recipe;
import dev.weft.train.Trainer;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run on pictures of unequal sizes with everything that recipes for ImageNet use, from training to prediction. */
class PictureRunTest {
    private static final List<String> CLASSES = List.of("left", "right");

    @TempDir
    private Path folder;

    private Path pictures;

    @BeforeEach
    void pictures() throws IOException {
        pictures = folder.resolve("pictures");
        SplittableRandom random = new SplittableRandom(3);
        for (String label : CLASSES) {
            Path own = Files.createDirectories(pictures.resolve(label));
            for (int i = 0; i < 24; i++) {
                int height = 18 + random.nextInt(12);
                int width = 24 + random.nextInt(20);
                BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
                for (int y = 0; y < height; y++) {
                    for (int x = 0; x < width; x++) {
                        boolean bright = label.equals("left") == 2 * x < width;
                        picture.setRGB(
                                x, y, (bright ? 0x808080 : 0) + random.nextInt(0x7F) * 0x10101 + random.nextInt(40));
                    }
                }
                ImageIO.write(
                        picture, "png", own.resolve("%02d.png".formatted(i)).toFile());
            }
        }
    }

    private Recipe recipe() {
        return recipe("sampler: {kind: sandwich}");
    }

    private Recipe recipe(String sampler) {
        return Yaml.parse(
                """
                name: pictures
                model:
                  kind: mobile-cnn
                  resolution: [12, 16]
                  stem: {width: [4, 6]}
                  stages:
                    - {block: fused, width: [4, 8], depth: [1, 2], kernelSize: [3], expandRatio: [1.0], stride: 2}
                data:
                  source: PICTURES
                  selectionSize: 8
                  batchSize: 8
                  imageSize: 16
                  colour: colour
                  centreCrop: 0.875
                  augmentation:
                    randomResizedCrop: {}
                    horizontalFlip: false
                    policy: {kind: auto-augment}
                    erasing: {probability: 0.25}
                  mixing: {mixup: 0.8, cutmix: 1.0}
                train:
                  epochs: 2
                  optimizer: {kind: rmsprop-tf, learningRate: 0.01}
                  average: {decay: 0.9}
                  calibrationBatches: 2
                  threads: 1
                  SAMPLER
                """.replace("PICTURES", pictures.toString()).replace("SAMPLER", sampler), "test", Recipe.class);
    }

    @Test
    void aStoppedRunEndsAsOneThatNeverStopped() {
        Path straight = folder.resolve("straight");
        try (Trainer trainer = Trainer.start(recipe(), straight, 5)) {
            trainer.run();
        }
        Path stopped = folder.resolve("stopped");
        try (Trainer trainer = Trainer.start(recipe(), stopped, 5)) {
            trainer.run(() -> trainer.stepsDone() == 3, List.of());
        }
        try (Trainer trainer = Trainer.resume(stopped)) {
            assertThat(trainer.stepsDone()).isEqualTo(3);
            trainer.run();
        }
        SafetensorsFile one = SafetensorsFile.open(straight.resolve("family.safetensors"));
        SafetensorsFile other = SafetensorsFile.open(stopped.resolve("family.safetensors"));
        assertThat(other.names()).isEqualTo(one.names());
        for (String name : one.names()) {
            assertThat(other.bytes(name)).as(name).isEqualTo(one.bytes(name));
        }
    }

    /** The file of a picture, given to the exported model, is seen as the evaluation saw it: the centre of its own shape. */
    @Test
    void theExportedModelSeesPicturesAsTheRunDid() throws IOException {
        Path run = folder.resolve("run");
        Path onnx = folder.resolve("largest.onnx");
        try (Trainer trainer = Trainer.start(recipe(), run, 5)) {
            trainer.run();
        }
        try (FinishedRun search = FinishedRun.open(run)) {
            search.export("largest", ExportOptions.onnx(onnx));
        }
        try (ExportedModel model = ExportedModel.open(onnx);
                Trainer trainer = Trainer.resume(run)) {
            assertThat(model.input().centreCrop()).hasValue(0.875);
            ImageDataset report = (ImageDataset) trainer.splits().report();
            for (int i = 0; i < 5; i++) {
                byte[] pixels = new byte[report.exampleBytes()];
                report.pixels(i, pixels, 0);
                Prediction ofPixels = model.predict(pixels);
                BufferedImage file = ImageIO.read(pictures.resolve(report.id(i)).toFile());
                assertThat(model.predict(file)).isEqualTo(ofPixels);
            }
        }
    }

    @Test
    void aCentreIsCutOutOfPicturesOnly() {
        DataSettings.Images images = Yaml.parse(
                "{source: fashion-mnist-10k, imageSize: 28, centreCrop: 0.9}", "test", DataSettings.Images.class);
        assertThatThrownBy(() -> images.open(1))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(
                        "data.centreCrop must be of a folder of pictures, but the images of fashion-mnist-10k");
        DataSettings.Images sizeless = Yaml.parse(
                "{source: PICTURES, centreCrop: 0.9}".replace("PICTURES", pictures.toString()),
                "test",
                DataSettings.Images.class);
        assertThatThrownBy(() -> sizeless.open(1))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("data.centreCrop must have data.imageSize");
    }

    @Test
    void imagesThatAreDrawnByTheirNormsAreNotMixed() {
        assertThatThrownBy(() -> recipe(
                        "sampler: {kind: gradient-norm, data: {memory: reset, tau: {kind: linear}, floor: 0.0}}"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must have no data.mixing, because a mixed image has no norm of its own");
    }

    @Test
    void textIsNotMixed() {
        assertThatThrownBy(() -> Yaml.parse(
                        "{kind: text, source: tiny-shakespeare, mixing: {mixup: 0.2}}", "test", DataSettings.class))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("mixing");
    }
}
