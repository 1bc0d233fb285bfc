package dev.weft.onnx;

import dev.weft.io.InputException;
import dev.weft.io.Suggest;
import java.util.Arrays;
import java.util.List;

/** The number format in which an exported member is stored and computes. */
public enum Precision {
    /** The format that the member was trained in. */
    FLOAT32("float32"),
    /** Weights and most activations in half the bytes: see {@link HalfPrecision}. */
    FLOAT16("float16"),
    /** Weights in int8, activations rounded to uint8 by the range that each run finds: see {@link DynamicQuantisation}. */
    INT8_DYNAMIC("int8-dynamic"),
    /** Weights in int8, activations rounded to uint8 by ranges from training examples: see {@link StaticQuantisation}. */
    INT8_STATIC("int8-static");

    private final String word;

    Precision(String word) {
        this.word = word;
    }

    /** @throws InputException when there is none of that name */
    public static Precision of(String word) {
        List<String> known = Arrays.stream(values()).map(Precision::toString).toList();
        return Arrays.stream(values())
                .filter(precision -> precision.word.equals(word))
                .findFirst()
                .orElseThrow(() -> new InputException("The precision of an export must be one of " + known
                        + ", but is \"" + word + "\"." + Suggest.nearest(word, known)));
    }

    /** The name that options and labels give it. */
    @Override
    public String toString() {
        return word;
    }
}
