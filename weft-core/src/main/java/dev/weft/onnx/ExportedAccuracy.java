package dev.weft.onnx;

import dev.weft.data.ImageDataset;
import dev.weft.export.ExportedModel;
import dev.weft.export.Prediction;
import dev.weft.io.InputException;
import java.util.Locale;

/** The accuracy of an exported file as its users will run it: in ONNX Runtime. */
public final class ExportedAccuracy {
    private static final int BATCH = 100;

    private ExportedAccuracy() {}

    /**
     * The part of {@code images}, 0 to 1, that the model classifies correctly.
     *
     * @throws InputException when the images are not of the size and colour that the model reads
     * @throws dev.weft.io.CheckFailedException when a logit is no finite number: the largest would still name a class
     */
    public static double of(ExportedModel model, ImageDataset images) {
        int each = model.input().pixelsPerImage();
        if (images.exampleBytes() != each || images.channels() != model.input().channels()) {
            throw new InputException(String.format(
                    Locale.ROOT,
                    "%s must have images of %d channels and %d x %d pixels, but has %d, %d x %d.",
                    images.name(),
                    model.input().channels(),
                    model.input().size(),
                    model.input().size(),
                    images.channels(),
                    images.height(),
                    images.width()));
        }
        byte[] bytes = new byte[each];
        int correct = 0;
        for (int from = 0; from < images.size(); from += BATCH) {
            int count = Math.min(BATCH, images.size() - from);
            float[] pixels = new float[count * each];
            for (int i = 0; i < count; i++) {
                images.pixels(from + i, bytes, 0);
                for (int p = 0; p < each; p++) {
                    pixels[i * each + p] = Byte.toUnsignedInt(bytes[p]);
                }
            }
            float[][] logits = model.logits(pixels);
            for (int i = 0; i < count; i++) {
                requireNumbers(logits[i], model, images);
                correct += Prediction.top(logits[i]) == images.label(from + i) ? 1 : 0;
            }
        }
        return (double) correct / images.size();
    }

    private static void requireNumbers(float[] logits, ExportedModel model, ImageDataset images) {
        for (float logit : logits) {
            if (!Float.isFinite(logit)) {
                throw ExportedEvaluation.notFinite(model.member(), images);
            }
        }
    }
}
