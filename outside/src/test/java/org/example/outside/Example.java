package org.example.outside;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** A recipe of kinds that are all from this jar, and small data for it. */
final class Example {
    private static final int SIDE = 6;
    private static final String RECIPE = """
            name: outside
            model: {kind: perceptron, hidden: [4, 8, 16, 24]}
            sharing: [{kind: gains}]
            data: {kind: pixel-table, source: '%s', side: 6, batchSize: 16}
            train:
              epochs: %d
              sampler: {kind: neighbours, count: 1}
              optimizer: {kind: sign-momentum, learningRate: 0.002}
              schedule: {kind: inverse-root}
              checkpointEverySteps: 5
            """;

    private static final String PARTICLES = """
            name: particles
            model: {kind: deep-set, hidden: [4, 8, 16]}
            data: {kind: particle-table, source: '%s', batchSize: 20}
            train:
              epochs: %d
              sampler: {kind: sandwich, random: 1}
              optimizer: {kind: adam, learningRate: 0.01}
              checkpointEverySteps: 5
            """;

    private Example() {}

    /** The same with matrices in whole numbers, whose bits are choices, calibrated on two batches. */
    static Path coded(Path folder, int epochs) throws IOException {
        String plain = Files.readString(recipe(folder, epochs));
        return Files.writeString(
                folder.resolve("coded.yaml"),
                plain.replace("{kind: gains}", "{kind: coded-matrices, pattern: fc1, bits: [2, 4, 8]}")
                        .replace("data:", "calibration: 2\ndata:"));
    }

    /** A recipe of an input with two ports and a number to predict: the mean of mass times squared distance from the origin. */
    static Path particles(Path folder, int epochs, String extra) throws IOException {
        Path table = folder.resolve("particles.csv");
        StringBuilder lines = new StringBuilder();
        SplittableRandom random = new SplittableRandom(2);
        int count = 5;
        for (int i = 0; i < 400; i++) {
            double value = 0;
            StringBuilder cells = new StringBuilder();
            for (int p = 0; p < count; p++) {
                double mass = random.nextDouble();
                cells.append(',');
                for (int axis = 0; axis < 3; axis++) {
                    double x = 2 * random.nextDouble() - 1;
                    value += mass * x * x / count;
                    cells.append(x).append(',');
                }
                cells.append(mass);
            }
            lines.append(value).append(cells).append('\n');
        }
        Files.writeString(table, lines);
        return Files.writeString(
                folder.resolve("particles.yaml"),
                PARTICLES.formatted(table.toString().replace("'", "''"), epochs) + extra);
    }

    /** A recipe file in {@code folder}, with its data beside it. */
    static Path recipe(Path folder, int epochs) throws IOException {
        Path table = folder.resolve("pixels.csv");
        StringBuilder lines = new StringBuilder();
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 300; i++) {
            int label = i % 3;
            lines.append("bar").append(label);
            for (int p = 0; p < SIDE * SIDE; p++) {
                lines.append(',').append(random.nextInt(120) + (p / SIDE / 2 == label ? 100 : 0));
            }
            lines.append('\n');
        }
        Files.writeString(table, lines);
        return Files.writeString(
                folder.resolve("outside.yaml"),
                RECIPE.formatted(table.toString().replace("'", "''"), epochs));
    }
}
