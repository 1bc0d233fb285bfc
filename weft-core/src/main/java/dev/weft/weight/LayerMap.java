package dev.weft.weight;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.io.InputException;
import java.util.ArrayList;
import java.util.List;

/**
 * Which layer of a stack each layer of another stack takes its weights from. Read as a tie, it makes layers share one set of weights while they
 * train ({@link dev.weft.weight.layers.TiedLayers}); read as a copy, it says where a fresh model's layers begin, as descendants of a
 * learngene (Xia et al. 2024) or the depth rule of TinyCLIP (Wu et al. 2023) do.
 *
 * @param stack what the names of its weights begin with, before the layer's number: {@code blocks}
 * @param rule that the map follows; absent where {@code layers} says it
 * @param depth the number of layers that take, for a rule
 * @param from the number of layers that give, for a rule
 * @param layers for each layer that takes, the one that gives, from 0; worked out where a rule says it
 */
public record LayerMap(
        String stack,
        @JsonInclude(JsonInclude.Include.NON_NULL) Rule rule,
        @JsonInclude(JsonInclude.Include.NON_NULL) Integer depth,
        @JsonInclude(JsonInclude.Include.NON_NULL) Integer from,
        List<Integer> layers) {
    /** How a map is made of two depths. */
    public enum Rule {
        /**
         * Layers are taken in order, each {@code floor(depth / from)} times, and the first {@code depth mod from} once more; where fewer layers take than give,
         * those that are evenly spaced.
         */
        @JsonProperty("even")
        EVEN,
        /** Layer {@code i · floor(from / depth)} for layer i. */
        @JsonProperty("skip")
        SKIP
    }

    public LayerMap {
        if (stack == null || stack.isEmpty()) {
            throw new InputException("A layer map must have a stack, such as blocks.");
        }
        if (rule == null ? layers == null : depth == null || from == null || depth < 1 || from < 1) {
            throw new InputException(
                    "A layer map must have layers, or a rule with depth and from of 1 or more, but got rule=" + rule
                            + ", depth=" + depth + ", from=" + from + ", layers=" + layers + ".");
        }
        if (rule == Rule.SKIP && depth > from) {
            throw new InputException("Rule skip must have depth <= from, but got depth=" + depth + ", from=" + from
                    + ". Use rule: even.");
        }
        List<Integer> made = rule == null ? layers : made(rule, depth, from);
        if (layers != null && !layers.equals(made)) {
            throw new InputException(
                    "A layer map with a rule must have the layers of that rule, " + made + ", but got " + layers + ".");
        }
        layers = List.copyOf(made);
        if (layers.isEmpty() || layers.stream().anyMatch(layer -> layer < 0)) {
            throw new InputException("A layer map must have layers of 0 or more, but got " + layers + ".");
        }
    }

    /** A map that says every layer. */
    public static LayerMap of(String stack, List<Integer> layers) {
        return new LayerMap(stack, null, null, null, layers);
    }

    /** A map by a rule. */
    public static LayerMap of(String stack, Rule rule, int depth, int from) {
        return new LayerMap(stack, rule, depth, from, null);
    }

    private static List<Integer> made(Rule rule, int depth, int from) {
        List<Integer> layers = new ArrayList<>();
        for (int i = 0; i < depth; i++) {
            if (rule == Rule.SKIP) {
                layers.add(i * (from / depth));
            } else if (depth < from) {
                layers.add((int) ((long) i * from / depth));
            } else {
                int longer = depth % from; // the first so many stages have one layer more
                int each = depth / from;
                layers.add(i < longer * (each + 1) ? i / (each + 1) : longer + (i - longer * (each + 1)) / each);
            }
        }
        return layers;
    }

    /**
     * The name that a weight has in the stack that gives; of a weight that is in no layer of the stack its own.
     *
     * @throws InputException when the map says nothing of its layer
     */
    public String source(String name) {
        if (!name.startsWith(stack + ".")) {
            return name;
        }
        String rest = name.substring(stack.length() + 1);
        int end = rest.indexOf('.');
        String number = end < 0 ? rest : rest.substring(0, end);
        if (!number.matches("\\d{1,9}")) {
            return name;
        }
        int layer = Integer.parseInt(number);
        if (layer >= layers.size()) {
            throw new InputException("A layer map must say where every layer of " + stack + " comes from, but has "
                    + layers.size() + " and the model has layer " + layer + ", from 0.");
        }
        return stack + "." + layers.get(layer) + (end < 0 ? "" : rest.substring(end));
    }
}
