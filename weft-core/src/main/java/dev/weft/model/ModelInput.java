package dev.weft.model;

import dev.weft.metric.Metric;
import java.util.List;
import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.Tensor;

/**
 * What a model reads, bound to data, and what it predicts of it: images and their classes, or text and its next tokens. Whatever
 * runs a model without data (counts, dry runs, latency) takes its examples from here.
 */
public sealed interface ModelInput permits ImageInput, TextInput {
    /** A description in a few words, as it follows "reads": {@code 1×28×28 images of classes […]}. */
    String description();

    /** The number of logits of one prediction: classes, or tokens of the vocabulary. */
    int outputs();

    /**
     * The shape of the labels of a batch: (B) of images, (B, T) of text. Logits have one dimension more, of {@link #outputs}.
     *
     * @param batch how many examples
     */
    long[] labelShape(int batch);

    /** A batch of the largest examples that has a shape and no data, kept: the caller closes it. */
    Tensor shapes(int batch);

    /** A batch of the largest examples, each number drawn on its own; kept: the caller closes it. */
    Tensor random(int batch, RandomGenerator random);

    /** What members are measured by on held-out data, the one that they are chosen by first. */
    List<Metric> metrics();

    /** Whether a model with this input also reads what a model with {@code other} reads, and predicts the same of it. */
    boolean covers(ModelInput other);
}
