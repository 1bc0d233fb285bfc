package dev.weft.run;

import java.nio.file.Path;

/** A saved state of training, after {@code step} steps. */
public record Checkpoint(long step, Path file) {}
