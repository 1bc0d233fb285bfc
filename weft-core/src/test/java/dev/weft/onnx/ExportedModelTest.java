package dev.weft.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.export.ExportedModel;
import dev.weft.export.InvalidInputException;
import dev.weft.export.Prediction;
import dev.weft.model.Family;
import dev.weft.model.MobileCnn;
import dev.weft.model.TinyModels;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportedModelTest {
    private static final MobileCnn DEFINITION = TinyModels.mobileCnn();

    @TempDir
    Path folder;

    private Path file;
    private float[] pixels;
    private float[] logits;

    @BeforeEach
    void export() {
        file = folder.resolve("member.onnx");
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Family family = Family.of(DEFINITION, 1)) {
            Member member = family.space().largest();
            MemberStatistics statistics = ExportFixture.statistics(family, member);
            Exporter.export(family, member, statistics, ExportFixture.heldOut(DEFINITION), ExportOptions.onnx(file));
            Tensor image = TinyModels.images(DEFINITION, 1, 9);
            pixels = Tensors.floats(image);
            logits = Tensors.floats(family.forward(image, Pass.evaluation(member, statistics)));
            statistics.close();
        }
    }

    @Test
    void predictsWhatTheLiveMemberDoes() {
        try (ExportedModel model = ExportedModel.open(file)) {
            Prediction prediction = model.predict(pixels);
            double sum = 0;
            for (float logit : logits) {
                sum += Math.exp(logit);
            }
            for (int i = 0; i < logits.length; i++) {
                assertThat(prediction.probabilities().get(i)).isCloseTo(Math.exp(logits[i]) / sum, within(1e-4));
            }
            assertThat(prediction.index()).isEqualTo(Prediction.top(logits));
            assertThat(prediction.label()).isEqualTo(model.classes().get(prediction.index()));
            assertThat(model.member()).isEqualTo(DEFINITION.space().largest().toString());
            assertThat(model.metadata()).containsKey("weft.maxAbsError");
        }
    }

    @Test
    void bytesFloatsAndImagesAgree() {
        int size = DEFINITION.input().size();
        byte[] bytes = new byte[pixels.length];
        BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
        BufferedImage twice = new BufferedImage(2 * size, 2 * size, BufferedImage.TYPE_3BYTE_BGR);
        for (int i = 0; i < size * size; i++) {
            int[] rgb = new int[3];
            for (int c = 0; c < 3; c++) {
                rgb[c] = (int) pixels[c * size * size + i];
                bytes[c * size * size + i] = (byte) rgb[c];
            }
            image.setRGB(i % size, i / size, new Color(rgb[0], rgb[1], rgb[2]).getRGB());
        }
        twice.createGraphics().drawImage(image, 0, 0, 2 * size, 2 * size, null);
        try (ExportedModel model = ExportedModel.open(file)) {
            Prediction expected = model.predict(pixels);
            assertThat(model.predict(bytes)).isEqualTo(expected);
            assertThat(model.predict(image)).isEqualTo(expected);
            assertThat(model.predict(twice).probabilities()).hasSize(3); // any size is resized
            BufferedImage grey = new BufferedImage(5, 9, BufferedImage.TYPE_BYTE_GRAY);
            assertThat(model.predict(grey)).isEqualTo(model.predict(new byte[pixels.length]));
        }
    }

    /** As its run evaluated: what was trained on pictures whose centre is cut out predicts on the centre. */
    @Test
    void cutsOutTheCentreWhereTrainingDid() {
        int size = DEFINITION.input().size();
        Path cropped = folder.resolve("cropped.onnx");
        try (Family family = Family.of(DEFINITION, 1)) {
            family.note(Family.CENTRE_CROP, "0.5");
            Member member = family.space().largest();
            try (MemberStatistics statistics = ExportFixture.statistics(family, member)) {
                Exporter.export(
                        family, member, statistics, ExportFixture.heldOut(DEFINITION), ExportOptions.onnx(cropped));
            }
        }
        BufferedImage image = new BufferedImage(3 * size, 2 * size, BufferedImage.TYPE_INT_RGB); // no resizing at 0.5
        for (int i = 0; i < size * size; i++) {
            int[] rgb = new int[3];
            for (int c = 0; c < 3; c++) {
                rgb[c] = (int) pixels[c * size * size + i];
            }
            image.setRGB(size + i % size, size / 2 + i / size, new Color(rgb[0], rgb[1], rgb[2]).getRGB());
        }
        try (ExportedModel model = ExportedModel.open(cropped);
                ExportedModel stretching = ExportedModel.open(file)) {
            assertThat(model.input().centreCrop()).hasValue(0.5);
            assertThat(stretching.input().centreCrop()).isEmpty();
            assertThat(model.predict(image)).isEqualTo(model.predict(pixels));
            assertThat(stretching.predict(image)).isNotEqualTo(model.predict(image));
        }
    }

    @Test
    void imageOfAnotherSizeIsRefused() {
        try (ExportedModel model = ExportedModel.open(file)) {
            assertThatThrownBy(() -> model.predict(new float[10]))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("3 x 16 x 16")
                    .hasMessageContaining("10");
            assertThatThrownBy(() -> model.logits(new float[0])).isInstanceOf(InvalidInputException.class);
            assertThatThrownBy(() -> model.predict((BufferedImage) null))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageStartingWith("There must be a picture, but there is none: ImageIO.read gives null");
            float[] none = new float[model.input().pixelsPerImage()];
            none[3] = Float.NaN;
            assertThatThrownBy(() -> model.predict(none))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("must be of finite numbers, but a logit is NaN");
        }
    }

    @Test
    void severalImagesInOneRunGiveTheLogitsOfEach() {
        float[] three = new float[3 * pixels.length];
        for (int i = 0; i < 3; i++) {
            System.arraycopy(pixels, 0, three, i * pixels.length, pixels.length);
        }
        Arrays.fill(three, 0, pixels.length, 0);
        try (ExportedModel model = ExportedModel.open(file)) {
            float[][] rows = model.logits(three);
            assertThat(rows).hasNumberOfRows(3);
            for (int c = 0; c < logits.length; c++) {
                assertThat(rows[1][c]).isCloseTo(logits[c], within(1e-4f));
                assertThat(rows[2][c]).isCloseTo(logits[c], within(1e-4f));
            }
            assertThat(rows[0]).isNotEqualTo(rows[1]);
        }
    }

    @Test
    void manyThreadsPredictTheSameAndClosingIsSafe() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        ExportedModel model = ExportedModel.open(file);
        Prediction expected = model.predict(pixels);
        List<Future<Boolean>> results = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            results.add(threads.submit(() -> {
                for (int i = 0; ; i++) {
                    try {
                        if (!model.predict(pixels).equals(expected)) {
                            return false;
                        }
                    } catch (IllegalStateException closed) {
                        return i > 0 && closed.getMessage().contains("closed");
                    }
                }
            }));
        }
        Thread.sleep(200);
        model.close();
        model.close();
        for (Future<Boolean> result : results) {
            assertThat(result.get()).isTrue();
        }
        threads.shutdown();
    }
}
