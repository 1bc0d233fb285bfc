package dev.weft.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Objects;

/**
 * What a member does with examples that no choice has seen: those of the report split.
 *
 * @param member its choices in one line
 * @param examples how many there were
 * @param quality the metric that members are judged by, in its own unit ({@link RunReport.Measured#quality})
 * @param predictions of images; null for a language model
 * @param sample of text; null for images
 */
public record HeldOutResult(
        String member,
        int examples,
        double quality,
        @JsonInclude(JsonInclude.Include.NON_NULL) Predictions predictions,
        @JsonInclude(JsonInclude.Include.NON_NULL) SampleText sample) {
    public HeldOutResult {
        Objects.requireNonNull(member, "member");
        if (examples < 1 || (predictions == null) == (sample == null)) {
            throw new IllegalArgumentException(
                    "a result must be of an example or more, and have predictions of images or a sample of text, but member "
                            + member + " has " + examples + " examples, " + predictions + " and " + sample);
        }
    }

    /** The same, of the member in another notation. */
    public HeldOutResult of(String line) {
        return new HeldOutResult(line, examples, quality, predictions, sample);
    }

    /**
     * Classes that were predicted.
     *
     * @param counts each pair of classes that occurred, once
     * @param wrong pictures of errors, those with the highest probability first
     * @param right pictures of examples that were classified rightly
     */
    public record Predictions(List<Count> counts, List<Picture> wrong, List<Picture> right) {
        public Predictions {
            counts = List.copyOf(counts);
            wrong = List.copyOf(wrong);
            right = List.copyOf(right);
        }
    }

    /** How often examples of class {@code truth} were taken for class {@code predicted}; 0-based places in the list of classes. */
    public record Count(int truth, int predicted, int examples) {}

    /**
     * One example.
     *
     * @param id of the example in its data set
     * @param png the picture as a PNG file in base64
     * @param probability of the predicted class
     * @param truthProbability of the true class
     */
    public record Picture(
            String id, String png, int truth, int predicted, double probability, double truthProbability) {}

    /**
     * Text that a language model wrote.
     *
     * @param prompt held-out text that it went on from
     * @param text what it wrote
     * @param temperature that logits were divided by
     * @param seed of the draws
     */
    public record SampleText(String prompt, String text, double temperature, long seed) {}
}
