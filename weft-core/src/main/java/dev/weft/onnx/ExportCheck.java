package dev.weft.onnx;

import dev.weft.export.ExportedLanguageModel;
import dev.weft.export.ExportedModel;
import dev.weft.export.OnnxFile;
import dev.weft.export.Prediction;
import dev.weft.io.CheckFailedException;
import dev.weft.io.InputException;
import dev.weft.ops.Bundle;
import dev.weft.ops.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * The proof of an export: an ONNX file in ONNX Runtime beside the live member in libtorch, on the same examples.
 *
 * @param maxAbsError the largest difference between two logits; infinite when one of them is not a number
 * @param top1Agreement the part of the predictions in which both name the same class, or next token, first; 0 to 1
 * @param examples the number of images, or of texts
 */
public record ExportCheck(double maxAbsError, double top1Agreement, long examples) {
    /** The logits of a batch: a row for every prediction. */
    interface Exported extends AutoCloseable {
        float[][] rows(Bundle batch);

        @Override
        void close();
    }

    /**
     * Runs both on every batch, on the first example once more by itself, and of a text on its first half: batch and length must be
     * open in the file.
     *
     * @param live what a batch holds to the live member's logits
     * @param batches inputs of the model, of any batch sizes, and of text of any lengths up to the context length
     */
    public static ExportCheck run(OnnxFile file, UnaryOperator<Bundle> live, List<Bundle> batches) {
        if (batches.isEmpty() || batches.stream().anyMatch(batch -> batch.size() == 0)) {
            throw new InputException("An export must be checked on one example or more, but was given none.");
        }
        double worst = 0;
        long agreed = 0;
        long predictions = 0;
        long examples = 0;
        try (Exported model = open(file)) {
            for (Bundle batch : batches) {
                float[][] actual = model.rows(batch);
                float[][] expected = rows(live, batch);
                worst = Math.max(worst, difference(actual, expected));
                for (int i = 0; i < actual.length; i++) {
                    agreed += Prediction.top(actual[i]) == Prediction.top(expected[i]) ? 1 : 0;
                }
                predictions += actual.length;
                examples += batch.size();
            }
            try (Bundle first = Bundle.withoutGradients(() -> batches.get(0).map(input -> input.narrow(0, 0, 1)))) {
                worst = Math.max(worst, difference(model.rows(first), rows(live, first)));
            }
            if (file.text().isPresent()) {
                long half = (batches.get(0).only().size(1) + 1) / 2;
                try (Bundle beginning =
                        Bundle.withoutGradients(() -> batches.get(0).map(tokens -> tokens.narrow(1, 0, half)))) {
                    worst = Math.max(worst, difference(model.rows(beginning), rows(live, beginning)));
                }
            }
        }
        return new ExportCheck(worst, (double) agreed / predictions, examples);
    }

    static Exported open(OnnxFile file) {
        return file.text().isPresent()
                ? ofText(ExportedLanguageModel.open(file, 1))
                : ofImages(ExportedModel.open(file, 1));
    }

    private static Exported ofText(ExportedLanguageModel model) {
        return new Exported() {
            @Override
            public float[][] rows(Bundle inputs) {
                Tensor batch = inputs.only();
                long[] tokens = new long[Math.toIntExact(batch.numel())];
                Tensors.bytes(batch).asLongBuffer().get(tokens);
                return Arrays.stream(model.logits(tokens, (int) batch.size(0)))
                        .flatMap(Arrays::stream)
                        .toArray(float[][]::new);
            }

            @Override
            public void close() {
                model.close();
            }
        };
    }

    private static Exported ofImages(ExportedModel model) {
        return new Exported() {
            @Override
            public float[][] rows(Bundle inputs) {
                return model.logits(Tensors.floats(inputs.only()));
            }

            @Override
            public void close() {
                model.close();
            }
        };
    }

    /** @throws CheckFailedException when the error is over {@code limit} */
    public void requireWithin(double limit, String member) {
        if (!(maxAbsError <= limit)) {
            throw new CheckFailedException(String.format(
                    Locale.ROOT,
                    "The exported member \"%s\" must differ from the live one by at most %s in "
                            + "any logit, but does by %s on %d examples (same first choice on %.1f %%). Nothing was written.",
                    member,
                    limit,
                    maxAbsError,
                    examples,
                    100 * top1Agreement));
        }
    }

    static float[][] rows(UnaryOperator<Bundle> live, Bundle batch) {
        float[] flat;
        int width;
        try (Bundle outputs = Bundle.withoutGradients(() -> live.apply(batch))) {
            Tensor logits = outputs.only();
            flat = Tensors.floats(logits);
            width = (int) logits.size(-1);
        }
        float[][] rows = new float[flat.length / width][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Arrays.copyOfRange(flat, i * width, (i + 1) * width);
        }
        return rows;
    }

    private static double difference(float[][] actual, float[][] expected) {
        double worst = actual.length == expected.length ? 0 : Double.POSITIVE_INFINITY;
        for (int i = 0; i < Math.min(actual.length, expected.length); i++) {
            worst = Math.max(worst, difference(actual[i], expected[i]));
        }
        return worst;
    }

    private static double difference(float[] actual, float[] expected) {
        double worst = actual.length == expected.length ? 0 : Double.POSITIVE_INFINITY;
        for (int i = 0; i < Math.min(actual.length, expected.length); i++) {
            double difference = Math.abs((double) actual[i] - expected[i]);
            worst = Math.max(worst, Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
        }
        return worst;
    }
}
