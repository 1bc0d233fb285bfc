package dev.weft.model;

import dev.weft.ops.Port;
import dev.weft.metric.Metric;
import dev.weft.ops.Bundle;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What a model reads, bound to data, and what it predicts of it: images and their classes, or text and its next tokens. Whatever
 * runs a model without data (counts, dry runs, latency) takes its examples from here.
 */
public sealed interface ModelInput permits ImageInput, TextInput {
    /** The name of the output of a classifier. */
    String LOGITS = "logits";

    /** A description in a few words, as it follows "reads": {@code 1×28×28 images of classes […]}. */
    String description();

    /** What a model is given: the tensors of a batch's inputs by name, and the inputs of an exported file. */
    List<Port> inputs();

    /** What a model gives, and the outputs of an exported file. */
    List<Port> outputs();

    /** A batch of the largest examples that have shapes and no data, kept: the caller closes it. */
    Bundle shapes(int batch);

    /** A batch of the largest examples, each number drawn on its own; kept: the caller closes it. */
    Bundle random(int batch, RandomGenerator random);

    /** Targets of as many examples as {@link #shapes} has, each number drawn on its own; kept: the caller closes them. */
    Bundle randomTargets(int batch, RandomGenerator random);

    /** What members are measured by on held-out data, the one that they are chosen by first. */
    List<Metric> metrics();

    /** Whether a model with this input also reads what a model with {@code other} reads, and predicts the same of it. */
    boolean covers(ModelInput other);
}
