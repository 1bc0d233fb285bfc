package dev.weft.model;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.OptBoolean;
import dev.weft.criterion.Criterion;
import dev.weft.criterion.Scorer;
import dev.weft.data.Dataset;
import dev.weft.io.InputException;
import dev.weft.metric.Metric;
import dev.weft.ops.Bundle;
import dev.weft.ops.Port;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * What a model reads, bound to data, and what it predicts of it: images and their classes, text and its next tokens, or what another jar
 * brings. It says by which names and in which shapes tensors come in and go out, what members learn by, and what they are measured by.
 * Whatever runs a model without data (counts, dry runs, latency) takes its examples from here.
 */
@JsonTypeInfo(
        use = JsonTypeInfo.Id.NAME,
        property = "kind",
        requireTypeIdForSubtypes =
                OptBoolean.FALSE) // a model of one input says which in its type, as stored families do
@JsonSubTypes({
    @JsonSubTypes.Type(value = ImageInput.class, name = "images"),
    @JsonSubTypes.Type(value = TextInput.class, name = "text")
})
public interface ModelInput {
    /** The name of the output of a classifier. */
    String LOGITS = "logits";

    /** A description in a few words, as it follows "reads": {@code 1×28×28 images of classes […]}. */
    String description();

    /** What one example is, in a few words, for a line that says what a step ran on. */
    default String shape() {
        return description();
    }

    /** What one example is called, in one word: {@code image}. */
    default String noun() {
        return "example";
    }

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

    /**
     * What the label of an exported file says of the input, where it has a form of its own that is read without weft-core; empty for the
     * ports and the settings.
     *
     * @param side of the images after resizing; 0 where nothing is resized
     * @param notes of the family
     * @throws InputException when a note is none that an exported file can keep to
     */
    default Optional<Map<String, String>> label(int side, Map<String, String> notes) {
        return Optional.empty();
    }

    /** What members learn by where nobody teaches them and the recipe does not say otherwise. */
    Criterion criterion();

    /** What members are measured by on held-out data, the one that they are chosen by first. */
    List<Metric> metrics();

    /** A measurement of all of {@link #metrics}, which begins. */
    Scorer scorer();

    /** The names of the classes, in the order of the logits; empty where nothing is classified. */
    default List<String> classes() {
        return List.of();
    }

    /**
     * Checks that a model with this input can read examples.
     *
     * @param source what they come from, for the message
     * @throws InputException when it cannot
     */
    default void requireReads(String source, Dataset data) {
        try (PointerScope scope = new PointerScope()) {
            Bundle example = data.batch(new int[] {0}).inputs();
            for (Port port : inputs()) {
                Tensor given = example.tensors().get(port.name());
                if (given == null || !port.takes(given)) {
                    throw new InputException(source + " must have what the model reads, " + port + ", but has "
                            + (given == null ? "only " + example.tensors().keySet() : Port.describe(given))
                            + ". Give other data or another model.");
                }
            }
        }
    }

    /** Whether a model with this input also reads what a model with {@code other} reads, and predicts the same of it. */
    boolean covers(ModelInput other);
}
