package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.pick.TinyRun;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataCommandTest {
    @TempDir
    Path folder;

    @Test
    void listsWhatGoesByName() {
        assertThat(Run.weft("data").out())
                .contains("fashion-mnist-10k")
                .contains("dataset-fashion-mnist")
                .contains("tiny-shakespeare   text: 1,115,394 characters, 65 different, public domain");
        assertThat(Run.weft("data", "--json").json().findValuesAsText("name"))
                .containsExactly("fashion-mnist-10k", "fashion-mnist", "tiny-shakespeare");
        assertThat(Run.weft("data", "--json").json().findValuesAsText("kind"))
                .containsExactly("images", "images", "text");
    }

    @Test
    void looksIntoAFolder() {
        Path data = TinyRun.data(folder.resolve("my data"));
        Run run = Run.weft("data", data.toString());
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("420 images, 3 classes").contains("8x8").contains("--data '" + data + "'");
        assertThat(Run.weft("data", data.toString(), "--json")
                        .json()
                        .get("images")
                        .asInt())
                .isEqualTo(420);
    }

    @Test
    void looksIntoText() throws IOException {
        Run run = Run.weft("data", "tiny-shakespeare");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("1,115,394 characters, 65 different; 40,000 lines")
                .contains("begins  \"First Citizen:\"")
                .contains("18 47 56 57 58 1 15 47 58 47 64 43 52 10"); // by hand: \n, space, 11 signs, A to Z, a to z
        Path file = Files.writeString(folder.resolve("a book"), "ba\tb\nb");
        assertThat(Run.weft("data", file.toString()).out())
                .contains("1 file")
                .contains("6 characters, 4 different; 2 lines")
                .contains("begins  \"ba b\"")
                .contains("3 2 0 3")
                .contains("--data '" + file + "'");
        assertThat(Run.weft("data", file.toString(), "--json")
                        .json()
                        .get("lines")
                        .asInt())
                .isEqualTo(2);
    }

    @Test
    void saysWhichTextsCannotBeRead() throws IOException {
        Files.writeString(folder.resolve("good.txt"), "good");
        Files.write(folder.resolve("one.txt"), new byte[] {'a', (byte) 0xFF});
        Files.write(folder.resolve("two.txt"), new byte[] {'a', 'b', 0});
        Run run = Run.weft("data", folder.toString());
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.out())
                .contains("PROBLEM " + folder.resolve("one.txt"))
                .contains("byte 1")
                .contains("PROBLEM " + folder.resolve("two.txt"))
                .doesNotContain("good.txt");
    }

    @Test
    void saysWhichImageCannotBeRead() throws IOException {
        for (String name : new String[] {"cat/one.png", "dog/two.png"}) {
            Files.createDirectories(folder.resolve(name).getParent());
            Files.writeString(folder.resolve(name), "no image");
        }
        Run run = Run.weft("data", folder.toString());
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.out()).contains("PROBLEM").contains("one.png").contains("two.png");
    }

    @Test
    void aFolderWithoutImagesAndAnUnknownNameAreOneLine() {
        Run empty = Run.weft("data", folder.toString());
        assertThat(empty.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(empty.err().lines()).hasSize(1);
        assertThat(empty.err()).contains("holds no images that Weft knows");
        assertThat(Run.weft("data", "fashion").err()).contains("Unknown data \"fashion\"");
    }

    /** Pictures of two classes, by how many each has: what is proposed trains, and where nothing is, that is said. */
    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "3, 3", "5, 5", "20, 20", "60, 60", "40, 3", "40, 1"})
    void whatIsProposedTrains(int cats, int dogs) throws IOException {
        Path photos = folder.resolve("photos");
        pictures(photos.resolve("cat"), cats, 40);
        pictures(photos.resolve("dog"), dogs, 160);
        Run looked = Run.weft("data", photos.toString());
        assertThat(looked.exitCode()).isZero();
        String last = looked.out().lines().reduce((before, line) -> line).orElseThrow();
        Path out = folder.resolve("run");
        if (Math.min(cats, dogs) < 3) {
            assertThat(last).contains("each class must have at least 3 images").contains("dog has " + dogs);
            Run refused = Run.weft("train", "smoke", "--data", photos.toString(), "--out", out.toString());
            assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(refused.err()).contains("each class must have at least 3 images");
            return;
        }
        assertThat(last).startsWith("Ready: ").endsWith("train smoke --data " + photos + " --out RUN");
        Run trained = Run.weft("train", "smoke", "--data", photos.toString(), "--out", out.toString());
        assertThat(trained.exitCode()).as(trained.err()).isZero();
        assertThat(trained.err())
                .contains(looked.out()
                                .lines()
                                .filter(line -> line.startsWith("splits"))
                                .map(line -> line.substring("splits  ".length(), line.indexOf(" to train")))
                                .findFirst()
                                .orElseThrow()
                        + " images to train");
    }

    @Test
    void ofPicturesThatAreTooSmallForTheRecipeThatIsSaid() throws IOException {
        pictures(folder.resolve("icons/cat"), 5, 16, 40);
        pictures(folder.resolve("icons/dog"), 5, 16, 160);
        Run looked = Run.weft("data", folder.resolve("icons").toString());
        assertThat(looked.out())
                .contains("The recipe smoke does not fit: Every resolution must be at most the size of the images, 16")
                .doesNotContain("Ready: ");
    }

    private static void pictures(Path folder, int count, int bright) throws IOException {
        pictures(folder, count, 28, bright);
    }

    private static void pictures(Path folder, int count, int side, int bright) throws IOException {
        Files.createDirectories(folder);
        for (int i = 0; i < count; i++) {
            BufferedImage picture = new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY);
            for (int place = 0; place < side * side; place++) {
                picture.getRaster().setSample(place % side, place / side, 0, bright + (place * 7 + i * 13) % 60);
            }
            ImageIO.write(picture, "png", folder.resolve(i + ".png").toFile());
        }
    }
}
