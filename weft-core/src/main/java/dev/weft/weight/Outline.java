package dev.weft.weight;

import dev.weft.space.Space;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a model asks for, before anything is shared: a sharing reads from it which choices of its own it has.
 *
 * @param space the model's
 * @param weights by name, in the order of the model: the shape that the largest member has
 */
public record Outline(Space space, Map<String, List<Integer>> weights) {
    public Outline {
        weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
    }
}
