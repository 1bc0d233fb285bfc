package dev.weft.model;

import dev.weft.ops.Bundle;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * What a fresh family begins from beside its seed. The tensors belong to the caller, and are read while the family is made.
 *
 * @param base weights by the names, and in the shapes, that the model asks for; what is not there stays as the seed draws it
 * @param calibration inputs of the model, batch by batch, for sharings that look at data
 */
public record FirstValues(Map<String, Tensor> base, List<Bundle> calibration) {
    /** The seed alone. */
    public static final FirstValues NONE = new FirstValues(Map.of(), List.of());

    public FirstValues {
        base = Collections.unmodifiableMap(new LinkedHashMap<>(base));
        calibration = List.copyOf(calibration);
    }
}
