package dev.weft.pick;

import dev.weft.recipe.Recipe;
import dev.weft.recipe.Recipes;
import dev.weft.train.Trainer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** A data folder and a recipe so small that training takes a second or two. */
public final class TinyRun {
    private static final int SIDE = 8;
    private static final int CLASSES = 3;

    private TinyRun() {}

    /** IDX files of 8x8 images: noise, and a bright bar whose height is the class. */
    public static Path data(Path folder) {
        return data(folder, 1);
    }

    /** The same with other noise. */
    public static Path data(Path folder, long seed) {
        try {
            Files.createDirectories(folder);
            part(folder, "train", 360, seed);
            part(folder, "t10k", 60, seed + 1);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void part(Path folder, String part, int count, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        ByteBuffer images = ByteBuffer.allocate(16 + count * SIDE * SIDE)
                .putInt(2051)
                .putInt(count)
                .putInt(SIDE)
                .putInt(SIDE);
        ByteBuffer labels = ByteBuffer.allocate(8 + count).putInt(2049).putInt(count);
        for (int i = 0; i < count; i++) {
            int label = i % CLASSES;
            labels.put((byte) label);
            for (int p = 0; p < SIDE * SIDE; p++) {
                boolean bar = p / SIDE / 2 == label;
                images.put((byte) (random.nextInt(100) + (bar ? 120 : 0)));
            }
        }
        Files.write(folder.resolve(part + "-images-idx3-ubyte"), images.array());
        Files.write(folder.resolve(part + "-labels-idx1-ubyte"), labels.array());
    }

    /** A recipe for {@link #data}. */
    public static Path recipe(Path file, Path data, int epochs) {
        String text = """
                name: tiny
                description: For tests.
                model:
                  kind: mobile-cnn
                  resolution: [6, 8]
                  stem: {width: [4, 8], stride: 1}
                  stages:
                    - {block: fused, width: [8], depth: [1, 2], kernelSize: [3], expandRatio: [1.0], stride: 2, squeezeExcite: false}
                    - {block: depthwise, width: [8, 16], depth: [1], kernelSize: [3], expandRatio: [2.0], stride: 2, squeezeExcite: false}
                  headWidth: []
                  activation: relu
                  zeroInitResidual: true
                data: {source: '%s', selectionSize: 60, batchSize: 30}
                train:
                  epochs: %d
                  sampler: {kind: sandwich, random: 1}
                  distillation: {kind: in-place}
                  labelSmoothing: 0.0
                  gradients: sum
                  optimizer: {kind: sgd, learningRate: 0.05, momentum: 0.9, nesterov: true, weightDecay: 0.0}
                  schedule: {kind: exponential, factor: 0.9, everyEpochs: 1.0, floor: 0.05, warmupEpochs: 0.0, staircase: false}
                  regularisation: {on: largest, dropout: 0.0, dropConnect: 0.0, weightDecay: 0.0, decayVectors: false}
                  precision: float32
                  calibrationBatches: 4
                  evaluateEveryEpochs: 1
                  checkpointEverySteps: 5
                  runningStatistics: false
                """;
        try {
            Files.writeString(
                    file, String.format(Locale.ROOT, text, data.toString().replace("'", "''"), epochs));
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A trained run in {@code folder/run}, with its data beside it. */
    public static Path train(Path folder) {
        Path run = folder.resolve("run");
        Recipe recipe = Recipes.read(recipe(folder.resolve("tiny.yaml"), data(folder.resolve("data")), 2)
                .toString());
        try (Trainer trainer = Trainer.start(recipe, run, 1)) {
            trainer.run(() -> false, List.of());
        }
        return run;
    }
}
