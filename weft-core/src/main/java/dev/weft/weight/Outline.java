package dev.weft.weight;

import dev.weft.space.Space;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What a model asks for, before anything is shared: a sharing reads from it which choices of its own it has. */
public final class Outline {
    private final Space space;
    private final Supplier<Map<String, List<Integer>>> asked;
    private Map<String, List<Integer>> weights;

    /**
     * @param space the model's
     * @param asked builds the model on shapes and gives what {@link #weights} returns; called once, and only if that is read
     */
    public Outline(Space space, Supplier<Map<String, List<Integer>>> asked) {
        this.space = space;
        this.asked = asked;
    }

    /** The model's own choices. */
    public Space space() {
        return space;
    }

    /** The weights by name, in the order of the model: the shape that the largest member has. */
    public Map<String, List<Integer>> weights() {
        if (weights == null) {
            weights = Collections.unmodifiableMap(new LinkedHashMap<>(asked.get()));
        }
        return weights;
    }
}
