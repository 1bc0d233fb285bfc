package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.export.ExportedModel;
import dev.weft.pick.TinyRun;
import java.awt.image.BufferedImage;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictCommandTest {
    @TempDir
    static Path folder;

    private static String run;
    private static String onnx;
    private static List<Path> pictures;

    @BeforeAll
    static void export() throws Exception {
        run = Tiny.run(folder).toString();
        onnx = folder.resolve("largest.onnx").toString();
        assertThat(Run.weft("export", run, "--onnx", onnx).exitCode()).isZero();
        pictures = List.of(picture("a.png", 0), picture("b.png", 2));
    }

    /** A bright bar where a class of the training data has it. */
    private static Path picture(String name, int bar) throws Exception {
        BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < 8; y++) {
            for (int x = 0; x < 8; x++) {
                image.getRaster().setSample(x, y, 0, y / 2 == bar ? 170 : 50);
            }
        }
        Path file = folder.resolve(name);
        ImageIO.write(image, "png", file.toFile());
        return file;
    }

    private static Run predict(String model, Object... more) {
        return Run.weft(
                Stream.concat(Stream.of("predict", model), Arrays.stream(more).map(Object::toString))
                        .toArray(String[]::new));
    }

    @Test
    void fileAndMemberOfTheFamilySayTheSame() {
        JsonNode exported =
                predict(onnx, pictures.get(0), pictures.get(1), "--json").json();
        JsonNode live = predict(run, pictures.get(0), pictures.get(1), "--json").json();
        assertThat(exported.get("predictions")).hasSize(2).isEqualTo(live.get("predictions"));
        assertThat(exported.get("member")).isEqualTo(live.get("member"));
        assertThat(exported.get("predictions").get(0).get("label"))
                .isNotEqualTo(exported.get("predictions").get(1).get("label"));
        JsonNode first = exported.get("predictions").get(0);
        assertThat(first.get("label")).isEqualTo(first.get("top").get(0).get("label"));
        double sum = 0;
        for (JsonNode choice : first.get("top")) {
            assertThat(choice.get("probability").asDouble())
                    .isLessThanOrEqualTo(first.get("probability").asDouble());
            sum += choice.get("probability").asDouble();
        }
        assertThat(sum).isBetween(0.0, 1.0001);
        assertThat(first.has("error")).isFalse();
    }

    @Test
    void whatIsNoPictureIsOneLineAndTheOthersAreAnswered() throws Exception {
        Path text = Files.writeString(folder.resolve("note.png"), "no picture");
        Run done = predict(onnx, pictures.get(0), text, folder.resolve("none.png"), pictures.get(1), "--top", 1);
        assertThat(done.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(done.out().lines()).hasSize(2).allSatisfy(line -> assertThat(line)
                .matches(".*\\.png: [^,]+ [01]\\.\\d{3}"));
        assertThat(done.err().lines())
                .hasSize(2)
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("weft: ").contains("note.png"),
                        line -> assertThat(line).startsWith("weft: ").contains("none.png"));
        Run json = predict(onnx, text, pictures.get(0), "--json");
        assertThat(json.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(json.json().get("predictions").get(0).get("error").asText()).contains("note.png");
        assertThat(json.json().get("predictions").get(1).has("label")).isTrue();
    }

    @Test
    void anyPictureIsResizedAndALineFeedInItsNameForgesNoLine() throws Exception {
        File wide = folder.resolve("wide\nforged.png: cat 1.000").toFile();
        ImageIO.write(new BufferedImage(90, 20, BufferedImage.TYPE_INT_RGB), "png", wide);
        Run done = predict(onnx, wide);
        assertThat(done.exitCode()).as(done.err()).isZero();
        assertThat(done.out().lines()).hasSize(1);
    }

    @Test
    void wrongOptionsAreRefused() {
        for (String[] wrong :
                new String[][] {{"--top", "0"}, {"--threads", "0"}, {"--continue", "-1"}, {"--member", "smallest"}}) {
            Run done = predict(onnx, pictures.get(0), wrong[0], wrong[1]);
            assertThat(done.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(done.err()).contains(wrong[0]);
        }
    }

    /** With no jar of libtorch on the class path, so that loading any of its classes would fail. */
    @Test
    void anExportedFileIsRunWithoutLibtorch() throws Exception {
        String path = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("bytedeco") && !entry.contains("pytorch"))
                .collect(Collectors.joining(File.pathSeparator));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        path,
                        Main.class.getName(),
                        "predict",
                        onnx,
                        pictures.get(0).toString())
                .redirectErrorStream(true)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        assertThat(out).contains(predict(onnx, pictures.get(0)).out());
    }

    /** White figures on nothing: on white they could not be seen. */
    @Test
    void transparentPicturesLieOnTheBackgroundOfTraining() throws Exception {
        Path data = TinyRun.data(folder.resolve("figures"));
        Path recipe = TinyRun.recipe(folder.resolve("black.yaml"), data, 1);
        Files.writeString(
                recipe, Files.readString(recipe).replace("selectionSize: 60", "selectionSize: 60, background: black"));
        Path black = folder.resolve("black run");
        Run trained = Run.weft("train", recipe.toString(), "--out", black.toString());
        assertThat(trained.exitCode()).as(trained.err()).isZero();
        Path exported = folder.resolve("black.onnx");
        assertThat(Run.weft("export", black.toString(), "--onnx", exported.toString())
                        .exitCode())
                .isZero();

        BufferedImage clear = new BufferedImage(8, 8, BufferedImage.TYPE_INT_ARGB);
        BufferedImage laid = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
        for (int x = 0; x < 8; x++) {
            clear.setRGB(x, 4, 0xffffffff);
            laid.setRGB(x, 4, 0xffffff);
        }
        Path figure = folder.resolve("figure.png");
        Path onBlack = folder.resolve("on black.png");
        ImageIO.write(clear, "png", figure.toFile());
        ImageIO.write(laid, "png", onBlack.toFile());
        for (Path model : List.of(exported, black)) {
            JsonNode said =
                    predict(model.toString(), figure, onBlack, "--json").json().get("predictions");
            assertThat(said.get(0).get("top")).isEqualTo(said.get(1).get("top"));
        }
        try (ExportedModel model = ExportedModel.open(exported)) {
            assertThat(model.predict(clear)).isEqualTo(model.predict(laid));
        }
    }
}
