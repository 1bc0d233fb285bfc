package dev.weft.pick;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** A text and a recipe so small that training takes a second or two. */
public final class TinyTextRun {
    private TinyTextRun() {}

    /** Words of three letters in random order: two of three letters can be known from the one before. */
    public static Path text(Path file, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 900; i++) {
            text.append(List.of("abc", "def", "ghi", "jkl").get(random.nextInt(4)));
        }
        return write(file, text.toString());
    }

    /** A recipe for {@link #text}. */
    public static Path recipe(Path file, Path text, int epochs) {
        String yaml = """
                name: tiny-text
                description: For tests.
                model:
                  kind: language-model
                  embedDim: [8, 16]
                  depth: [1, 2]
                  headDim: 8
                  groupSize: 1
                  positions: rotary
                  mlp: swiglu
                  norm: rms
                  normEpsilon: 1.0e-5
                  bias: false
                  tied: true
                  blocks:
                    - {numHeads: [1, 2], mlpRatio: [1.0, 2.0]}
                    - {numHeads: [1, 2], mlpRatio: [1.0, 2.0]}
                data:
                  kind: text
                  source: '%s'
                  tokenizer: {kind: characters}
                  contextLength: 8
                  selectionFraction: 0.1
                  reportFraction: 0.1
                  batchSize: 16
                train:
                  epochs: %d
                  sampler: {kind: sandwich, random: 1}
                  distillation: {kind: in-place}
                  labelSmoothing: 0.0
                  gradients: mean
                  optimizer: {kind: adamw, learningRate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1.0e-8, weightDecay: 0.01}
                  schedule: {kind: cosine, floor: 0.1, warmupEpochs: 0.2}
                  regularisation: {on: largest, dropout: 0.0, dropConnect: 0.0, weightDecay: 0.0, decayVectors: false}
                  precision: float32
                  calibrationBatches: 4
                  evaluateEveryEpochs: 1
                  checkpointEverySteps: 5
                  runningStatistics: false
                """;
        return write(file, String.format(Locale.ROOT, yaml, text.toString().replace("'", "''"), epochs));
    }

    private static Path write(Path file, String text) {
        try {
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
