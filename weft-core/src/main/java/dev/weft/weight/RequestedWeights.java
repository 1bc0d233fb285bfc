package dev.weft.weight;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Remembers every weight a model asks another strategy for. Two builds of one model class, elastic and plain, ask for the same
 * names, so a member is collapsed by copying each of its weights to the plain model's, whatever kinds they are.
 */
public final class RequestedWeights implements WrappedWeights {
    private final Weights source;
    private final Map<String, Weight> requested = new LinkedHashMap<>();
    private final Map<String, List<Axis>> axes = new LinkedHashMap<>();

    public RequestedWeights(Weights source) {
        this.source = source;
    }

    @Override
    public Weights source() {
        return source;
    }

    @Override
    public Weight weight(String name, Init init, Axis... axes) {
        return requested(source.weight(name, init, axes), name, axes);
    }

    @Override
    public Weight batchNorm(String name, Init init, Axis channels) {
        return requested(source.batchNorm(name, init, channels), name, channels);
    }

    private Weight requested(Weight weight, String name, Axis... axes) {
        this.axes.putIfAbsent(name, List.of(axes));
        String parts = Arrays.stream(axes).allMatch(axis -> axis.parts() == 1)
                ? ""
                : Arrays.toString(Arrays.stream(axes).mapToInt(Axis::part).toArray());
        requested.put(name + parts, weight);
        return weight;
    }

    /** How each stored tensor was first asked for, by its name. */
    public Map<String, List<Axis>> axes() {
        return Collections.unmodifiableMap(axes);
    }

    /** The weights by name, and part where a stored tensor has several, in the order in which they were asked for. */
    public Map<String, Weight> byName() {
        return Collections.unmodifiableMap(requested);
    }
}
