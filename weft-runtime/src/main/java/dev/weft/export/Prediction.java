package dev.weft.export;

import java.util.List;

/**
 * What a model says of one image.
 *
 * @param label the most probable class
 * @param index its index in {@link ExportedModel#classes}
 * @param probabilities of every class, in that order; they add up to 1
 */
public record Prediction(String label, int index, List<Double> probabilities) {
    public Prediction {
        probabilities = List.copyOf(probabilities);
    }

    /** The index of the largest of the logits; the first of equals. */
    public static int top(float[] logits) {
        int top = 0;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[top]) {
                top = i;
            }
        }
        return top;
    }
}
