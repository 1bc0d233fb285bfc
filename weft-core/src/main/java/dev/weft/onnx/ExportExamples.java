package dev.weft.onnx;

import dev.weft.data.Batch;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * What an export is proven on. The tensors stay the caller's.
 *
 * @param inputs that the member was not trained on: pixel values 0 to 255 (B, C, H, W) or token ids (B, T), in batches of any sizes
 * @param labels of each batch: classes (B) or next tokens (B, T); empty where they are not known
 * @param training inputs of the training split, for {@link Precision#INT8_STATIC}; empty where that is not wanted
 */
public record ExportExamples(List<Tensor> inputs, List<Tensor> labels, List<Tensor> training) {
    public ExportExamples {
        inputs = List.copyOf(inputs);
        labels = List.copyOf(labels);
        training = List.copyOf(training);
        if (!labels.isEmpty() && labels.size() != inputs.size()) {
            throw new IllegalArgumentException(
                    "There must be labels for all " + inputs.size() + " batches, but there are " + labels.size() + ".");
        }
    }

    /** Inputs without labels: enough for float32. */
    public static ExportExamples of(List<Tensor> inputs) {
        return new ExportExamples(inputs, List.of(), List.of());
    }

    /** Labelled batches. */
    public static ExportExamples of(List<Batch> heldOut, List<Tensor> training) {
        return new ExportExamples(
                heldOut.stream().map(Batch::inputs).toList(),
                heldOut.stream().map(Batch::labels).toList(),
                training);
    }
}
