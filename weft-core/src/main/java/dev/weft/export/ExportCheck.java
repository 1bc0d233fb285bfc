package dev.weft.export;

import dev.weft.io.CheckFailedException;
import dev.weft.io.InputException;
import dev.weft.ops.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * The proof of an export: an ONNX file in ONNX Runtime beside the live member in libtorch, on the same images.
 *
 * @param maxAbsError the largest difference between two logits; infinite when one of them is not a number
 * @param top1Agreement the part of the images that both give the same class, 0 to 1
 * @param examples the number of images
 */
public record ExportCheck(double maxAbsError, double top1Agreement, long examples) {

    /**
     * Runs both on every batch, and on the first image once more by itself.
     *
     * @param live images (B, C, H, W) to the live member's logits (B, classes)
     * @param batches pixel values 0 to 255 (B, C, H, W), of any sizes
     */
    public static ExportCheck run(OnnxFile file, UnaryOperator<Tensor> live, List<Tensor> batches) {
        if (batches.isEmpty() || batches.stream().anyMatch(batch -> batch.size(0) == 0)) {
            throw new InputException("An export must be checked on one image or more, but was given none.");
        }
        double worst = 0;
        long agreed = 0;
        long examples = 0;
        try (ExportedModel model = ExportedModel.open(file, 1)) {
            for (Tensor batch : batches) {
                float[][] actual = model.logits(Tensors.floats(batch));
                float[][] expected = rows(live, batch);
                for (int i = 0; i < actual.length; i++) {
                    worst = Math.max(worst, difference(actual[i], expected[i]));
                    agreed += ExportedModel.top(actual[i]) == ExportedModel.top(expected[i]) ? 1 : 0;
                }
                examples += actual.length;
            }
            try (Tensor first = Tensors.withoutGradients(() -> batches.get(0).narrow(0, 0, 1))) {
                worst = Math.max(worst, difference(model.logits(Tensors.floats(first))[0], rows(live, first)[0]));
            }
        }
        return new ExportCheck(worst, (double) agreed / examples, examples);
    }

    /** @throws CheckFailedException when the error is over {@code limit} */
    public void requireWithin(double limit, String member) {
        if (!(maxAbsError <= limit)) {
            throw new CheckFailedException(("The exported member \"%s\" must differ from the live one by at most %s in "
                            + "any logit, but does by %s on %d images (same class on %.1f %%). Nothing was written.")
                    .formatted(member, limit, maxAbsError, examples, 100 * top1Agreement));
        }
    }

    private static float[][] rows(UnaryOperator<Tensor> live, Tensor batch) {
        float[] flat;
        try (Tensor logits = Tensors.withoutGradients(() -> live.apply(batch))) {
            flat = Tensors.floats(logits);
        }
        int width = flat.length / (int) batch.size(0);
        float[][] rows = new float[(int) batch.size(0)][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Arrays.copyOfRange(flat, i * width, (i + 1) * width);
        }
        return rows;
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
