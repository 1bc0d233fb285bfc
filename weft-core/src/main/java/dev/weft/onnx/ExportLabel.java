package dev.weft.onnx;

import dev.weft.export.ExportedInput;
import dev.weft.export.ExportedText;
import dev.weft.export.OnnxFile;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.io.Kinds;
import dev.weft.model.ImageInput;
import dev.weft.model.ModelInput;
import dev.weft.model.TextInput;
import dev.weft.text.ExportedTokenizer;
import java.util.Optional;

/**
 * What the label of an exported file says of the member: what it reads, and what was measured when it was exported. What an exporter did
 * not write is empty. Reading it loads no libtorch.
 */
public final class ExportLabel {
    /** Metadata: the settings of an input that is neither images nor text, as JSON. */
    static final String READS = "weft.reads";

    private final OnnxFile file;

    public ExportLabel(OnnxFile file) {
        this.file = file;
    }

    /**
     * What the model reads, as its family has it.
     *
     * @param kinds of inputs that it may name
     */
    public ModelInput input(Kinds kinds) {
        if (!file.inputs().isEmpty()) {
            return Json.parse(
                    text(READS).orElse("{}"), "The label of member " + file.member(), ModelInput.class, kinds);
        }
        Optional<ExportedText> text = file.text();
        if (text.isPresent()) {
            return new TextInput(ExportedTokenizer.of(text.get()), text.get().contextLength());
        }
        ExportedInput images = file.images().orElseThrow();
        return new ImageInput(images.channels(), images.size(), images.mean(), images.std(), file.classes());
    }

    /** What one example is called, as {@link ModelInput#noun} has it; of an input of another jar, whose kind may not be there, "example". */
    public String noun() {
        if (!file.inputs().isEmpty()) {
            return "example";
        }
        return file.text().isPresent() ? "text" : "image";
    }

    /** The numbers that the file computes in. */
    public Precision precision() {
        return text(OnnxModel.PRECISION).map(Precision::of).orElse(Precision.FLOAT32);
    }

    /** The comparison with the live member on held-out examples. */
    public Optional<ExportCheck> proof() {
        Optional<Double> error = number(Exporter.MAX_ABS_ERROR);
        Optional<Double> agreement = number(Exporter.TOP1_AGREEMENT);
        Optional<Double> examples = number(Exporter.EXAMPLES);
        return error.isPresent() && examples.isPresent()
                ? Optional.of(
                        new ExportCheck(error.get(), agreement, examples.get().longValue()))
                : Optional.empty();
    }

    /** The change of quality that fewer bits than float32 cost on the report split; empty for float32. */
    public Optional<QualityChange> quality() {
        String metric = file.text().isPresent() ? QualityChange.LOSS : QualityChange.ACCURACY;
        Optional<Double> exported = number(QualityChange.exportedKey(metric));
        Optional<Double> live = number(QualityChange.liveKey(metric));
        return exported.isPresent() && live.isPresent()
                ? Optional.of(new QualityChange(metric, live.get(), exported.get()))
                : Optional.empty();
    }

    /** The text under a key. */
    public Optional<String> text(String key) {
        return Optional.ofNullable(file.metadata().get(key));
    }

    /**
     * The number under a key.
     *
     * @throws InputException when it is none
     */
    public Optional<Double> number(String key) {
        return text(key).map(value -> {
            try {
                return Double.valueOf(value);
            } catch (NumberFormatException e) {
                throw new InputException(
                        "The label of member \"" + file.member() + "\" must have a number under \"" + key
                                + "\", but has \"" + value.substring(0, Math.min(40, value.length())) + "\".",
                        e);
            }
        });
    }
}
