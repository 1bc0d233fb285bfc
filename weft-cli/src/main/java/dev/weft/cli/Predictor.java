package dev.weft.cli;

import java.nio.file.Path;

/** What {@code weft predict} says of one file. */
interface Predictor extends AutoCloseable {
    /** @throws dev.weft.export.InvalidInputException when the file cannot be read */
    Answer answer(Path file);

    @Override
    void close();
}
