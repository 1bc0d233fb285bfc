package dev.weft.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A trained language model of 260,000 weights, for tests: see SOURCE.txt beside it. */
public final class Stories {
    private static final Path FOLDER = Path.of("src", "test", "resources", "dev", "weft", "model", "stories260k")
            .toAbsolutePath();

    public static final Path MODEL = FOLDER.resolve("stories260K.bin");
    public static final Path TOKENIZER = FOLDER.resolve("tok512.bin");

    private Stories() {}

    /** The caller closes it. */
    public static Family family() {
        return Llama2c.read(MODEL, TOKENIZER, 0);
    }

    /** What the reference program writes for {@code Once upon a time} in 200 steps at temperature 0. */
    public static String golden() {
        try {
            return Files.readString(FOLDER.resolve("golden-t0-n200.txt"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
