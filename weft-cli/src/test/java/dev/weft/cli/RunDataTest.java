package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.pick.TinyRun;
import dev.weft.pick.TinyTextRun;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run was trained on decides, wherever its data is opened: changed it is refused, moved it is found by --data. */
class RunDataTest {
    private static final String NOT_KEPT = "resolution=8,stem.width=4,stage1.depth=2,stage2.width=8";

    @TempDir
    static Path folder;

    private static Path pictures;
    private static Path run;
    private static Path texts;
    private static Path textRun;

    @BeforeAll
    static void train() throws IOException {
        pictures = pictures(folder.resolve("pictures"), 1);
        run = folder.resolve("run");
        Path recipe = TinyRun.recipe(folder.resolve("pictures.yaml"), pictures, 1);
        Files.writeString(recipe, Files.readString(recipe).replace("selectionSize: 60", "selectionSize: 12"));
        done("train", recipe.toString(), "--out", run.toString());
        texts = Files.createDirectories(folder.resolve("texts"));
        TinyTextRun.text(texts.resolve("b.txt"), 1);
        TinyTextRun.text(texts.resolve("c.txt"), 2);
        textRun = folder.resolve("text run");
        done(
                "train",
                TinyTextRun.recipe(folder.resolve("texts.yaml"), texts, 1).toString(),
                "--out",
                textRun.toString());
    }

    /** Two classes of sixty grey pictures, bright above or below. */
    static Path pictures(Path folder, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        for (String name : List.of("above", "below")) {
            Files.createDirectories(folder.resolve(name));
            for (int i = 0; i < 60; i++) {
                BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
                for (int p = 0; p < 64; p++) {
                    boolean bright = name.equals("above") == p < 32;
                    image.getRaster().setSample(p % 8, p / 8, 0, random.nextInt(100) + (bright ? 120 : 0));
                }
                ImageIO.write(
                        image,
                        "png",
                        folder.resolve(name).resolve(100 + i + ".png").toFile());
            }
        }
        return folder;
    }

    private static Run done(String... args) {
        Run run = Run.weft(args);
        assertThat(run.exitCode()).as(String.join(" ", args) + ": " + run.err()).isZero();
        return run;
    }

    /** Every command that opens what a family was trained on. */
    private static List<List<String>> commands(Path run, Path out) {
        String family = run.resolve("family.safetensors").toString();
        return List.of(
                List.of("evaluate", run.toString()),
                List.of("evaluate", family, "--split", "selection"),
                List.of("search", run.toString(), "--candidates", "12", "--objectives", "params"),
                List.of(
                        "export",
                        run.toString(),
                        "--onnx",
                        out.resolve("x.onnx").toString()),
                List.of(
                        "diagnose",
                        family,
                        "--members",
                        "2",
                        "--batches",
                        "1",
                        "--draws",
                        "2",
                        "--out",
                        out.resolve("d.html").toString()),
                List.of(
                        "trust",
                        run.toString(),
                        "--anchors",
                        "3",
                        "--epochs",
                        "1",
                        "--out",
                        out.resolve("trust").toString()),
                List.of("resume", run.toString()));
    }

    private static void refused(Path run, String what) throws IOException {
        Path out = Files.createTempDirectory(folder, "out");
        for (List<String> command : commands(run, out)) {
            Run refused = Run.weft(command.toArray(String[]::new));
            assertThat(refused.exitCode()).as(command + " " + refused.out()).isEqualTo(ExitCode.USAGE);
            assertThat(refused.err()).as(command.toString()).contains(what).containsOnlyOnce("weft: ");
            assertThat(refused.out()).isEmpty();
        }
        try (Stream<Path> written = Files.list(out)) {
            assertThat(written).isEmpty();
        }
    }

    @Test
    void afterPicturesChangedNothingIsCutAnew() throws IOException {
        Path picture = pictures.resolve("above/110.png");
        byte[] content = Files.readAllBytes(picture);

        Files.delete(picture);
        refused(run, "split must be the one the run began with");
        Run extract = Run.weft("extract", run.toString(), "--member", NOT_KEPT, "--out", folder + "/x.safetensors");
        assertThat(extract.exitCode()).isEqualTo(ExitCode.USAGE);
        Files.write(pictures.resolve("above/099.png"), content);
        refused(run, "split must be the one the run began with");
        Files.delete(pictures.resolve("above/099.png"));
        ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY), "png", picture.toFile());
        refused(run, "changed under the same names");

        Files.write(picture, content);
        done("evaluate", run.toString());
    }

    @Test
    void aTextThatSortsFirstIsNoText() throws IOException {
        Path first = TinyTextRun.text(texts.resolve("a.txt"), 3);
        try {
            refused(textRun, "split must be the one the run began with");
        } finally {
            Files.delete(first);
        }
        Files.writeString(first, "A letter that the family has never read: ß");
        try {
            assertThat(Run.weft("evaluate", textRun.toString()).exitCode()).isEqualTo(ExitCode.USAGE);
        } finally {
            Files.delete(first);
        }
        done("evaluate", textRun.toString());
    }

    /** Without its run a family knows as much. */
    @Test
    void aFamilyAloneComparesToo() throws IOException {
        Path alone = Files.copy(run.resolve("family.safetensors"), folder.resolve("alone.safetensors"));
        Path picture = pictures.resolve("below/120.png");
        Path away = Files.move(picture, folder.resolve("away.png"));
        try {
            Run refused = Run.weft("evaluate", alone.toString());
            assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(refused.err()).contains("split must be the one the run began with");
        } finally {
            Files.move(away, picture);
        }
        assertThat(done("evaluate", alone.toString(), "--json")
                        .json()
                        .get("dataMatch")
                        .asText())
                .isEqualTo("verified");
    }

    @Test
    void aRunInsideItsTextIsNoText() throws IOException {
        Path text = Files.createDirectories(folder.resolve("text with run"));
        TinyTextRun.text(text.resolve("b.txt"), 1);
        String inside = text.resolve("a run").toString();
        done("train", TinyTextRun.recipe(folder.resolve("t.yaml"), text, 1).toString(), "--out", inside);
        Files.writeString(text.resolve("a run/notes.txt"), "What was thought of this run.");
        done("evaluate", inside);
        assertThat(done("data", text.toString()).out()).contains("a run holds results of Weft: passed over");
    }

    @Test
    void otherDataIsEvaluatedAndSaidToBeOther() throws IOException {
        Path other = pictures(folder.resolve("other"), 2);
        Run result = done("evaluate", run.toString(), "--data", other.toString(), "--json");
        assertThat(result.json().get("dataMatch").asText()).isEqualTo("other");
        assertThat(result.err()).contains("is other data than the model was trained on");
        assertThat(done("evaluate", run.toString(), "--data", other.toString()).out())
                .contains("other data than it was trained on");
        for (List<String> command : List.of(
                List.of("search", run.toString(), "--candidates", "12"),
                List.of("resume", run.toString()),
                List.of("diagnose", run.toString()),
                List.of("trust", run.toString(), "--anchors", "3", "--out", folder + "/trust other"),
                List.of("export", run.toString(), "--member", NOT_KEPT, "--onnx", folder + "/other.onnx"),
                List.of("extract", run.toString(), "--member", NOT_KEPT, "--out", folder + "/other.safetensors"))) {
            Run refused = Run.weft(Stream.concat(command.stream(), Stream.of("--data", other.toString()))
                    .toArray(String[]::new));
            assertThat(refused.exitCode()).as(command.toString()).isEqualTo(ExitCode.USAGE);
        }
    }

    @Test
    void movedDataIsFoundByItsContentAndRemembered() throws IOException {
        Path moved = folder.resolve("taken elsewhere");
        Path there = Files.createDirectories(folder.resolve("machine")).resolve("run");
        copy(run, there);
        Files.move(pictures, moved);
        try {
            refused(there, "--data");
            Path out = Files.createTempDirectory(folder, "out");
            for (List<String> command : commands(there, out)) {
                if (!command.get(0).equals("resume") && !command.get(0).equals("search")) {
                    done(Stream.concat(command.stream(), Stream.of("--data", moved.toString()))
                            .toArray(String[]::new));
                }
            }
            done("resume", there.toString(), "--data", moved.toString());
            for (List<String> command : commands(there, out)) {
                done(command.toArray(String[]::new));
            }
        } finally {
            Files.move(moved, pictures);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }
}
