package dev.weft.onnx;

import dev.weft.data.Batch;
import dev.weft.ops.Bundle;
import java.util.List;

/**
 * What an export is proven on. The tensors stay the caller's.
 *
 * @param inputs that the member was not trained on: pixel values 0 to 255 (B, C, H, W) or token ids (B, T), in batches of any sizes
 * @param targets of each batch: classes (B) or next tokens (B, T), or what else is predicted; empty where they are not known
 * @param training inputs of the training split, for {@link Precision#INT8_STATIC}; empty where that is not wanted
 */
public record ExportExamples(List<Bundle> inputs, List<Bundle> targets, List<Bundle> training) {
    public ExportExamples {
        inputs = List.copyOf(inputs);
        targets = List.copyOf(targets);
        training = List.copyOf(training);
        if (!targets.isEmpty() && targets.size() != inputs.size()) {
            throw new IllegalArgumentException("There must be targets for all " + inputs.size()
                    + " batches, but there are " + targets.size() + ".");
        }
    }

    /** Inputs without targets: enough for float32. */
    public static ExportExamples of(List<Bundle> inputs) {
        return new ExportExamples(inputs, List.of(), List.of());
    }

    /** Batches with their targets. */
    public static ExportExamples of(List<Batch> heldOut, List<Bundle> training) {
        return new ExportExamples(
                heldOut.stream().map(Batch::inputs).toList(),
                heldOut.stream().map(Batch::targets).toList(),
                training);
    }
}
