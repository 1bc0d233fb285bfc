package dev.weft.diagnose;

import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Finds the layer that a stored tensor belongs to: its name without the last part, {@code blocks.0.attn.qkv} of {@code blocks.0.attn.qkv.weight}. The
 * names of deep models are cut shorter, to blocks and stages, until there are few enough to read.
 */
final class Layers {
    private Layers() {}

    /**
     * The layer of each tensor, in the given order.
     *
     * @param most how many layers there may be, if they can be cut down so far
     */
    static Map<String, String> of(Collection<String> tensors, int most) {
        int deepest = tensors.stream()
                .mapToInt(name -> name.split("\\.").length)
                .max()
                .orElse(1);
        Map<String, String> layers = by(tensors, Layers::module);
        for (int parts = deepest - 1; parts > 0 && distinct(layers) > most; parts--) {
            int kept = parts;
            layers = by(tensors, name -> prefix(module(name), kept));
        }
        return layers;
    }

    private static Map<String, String> by(Collection<String> tensors, UnaryOperator<String> layer) {
        Map<String, String> layers = new LinkedHashMap<>();
        tensors.forEach(name -> layers.put(name, layer.apply(name)));
        return layers;
    }

    private static int distinct(Map<String, String> layers) {
        Set<String> names = new LinkedHashSet<>(layers.values());
        return names.size();
    }

    private static String module(String tensor) {
        int dot = tensor.lastIndexOf('.');
        return dot < 0 ? tensor : tensor.substring(0, dot);
    }

    private static String prefix(String name, int parts) {
        String[] all = name.split("\\.");
        return String.join(".", Arrays.copyOf(all, Math.min(parts, all.length)));
    }
}
