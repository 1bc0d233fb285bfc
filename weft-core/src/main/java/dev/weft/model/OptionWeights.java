package dev.weft.model;

import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.RequestedWeights;
import dev.weft.weight.SharedWeights;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which stored weights belong to each option of each choice, for any model: found by asking the plain models of members that differ in
 * one choice for the shapes of their weights. A weight belongs to an option when the option's plain model has it and another option's has
 * it not, or in another shape.
 *
 * <p>So a convolution that may be on an edge belongs to the option that is this convolution, and an option without parameters has none.
 * A sliced weight belongs to every width, or kernel size, that slices it. The blocks that a depth adds belong to the depths that run them,
 * so that the smallest depth has none. A resolution has none.
 */
public final class OptionWeights {
    private final Map<String, List<Set<String>>> names = new LinkedHashMap<>();
    private final FamilyDefinition family;
    private final Space space;
    private final Map<Member, Map<String, List<List<Integer>>>> known = new HashMap<>();

    private OptionWeights(FamilyDefinition family) {
        this.family = family;
        this.space = family.space();
        for (Choice<?> choice : space.choices()) {
            List<Set<String>> options = new ArrayList<>();
            choice.options().forEach(option -> options.add(new LinkedHashSet<>()));
            names.put(choice.name(), options);
        }
        bases().forEach(base -> space.choices().forEach(choice -> compare(base, choice)));
    }

    /** @param family bound to its input; its model is built without data some hundred times */
    public static OptionWeights of(FamilyDefinition family) {
        return new OptionWeights(family);
    }

    /** The stored weights of the option at a place among those of {@code choice}; empty for one without parameters. */
    public Set<String> names(Choice<?> choice, int option) {
        return names.get(choice.name()).get(option);
    }

    /**
     * Members around which choices are varied: the largest, and one for each option of the choices between operations, for a width of an
     * operation shows only where that operation runs. What other choices depend on stays at its largest, or they would mean nothing.
     */
    private List<Member> bases() {
        int operations = space.choices().stream()
                .filter(choice -> !(choice.smallest() instanceof Number))
                .mapToInt(choice -> choice.options().size())
                .max()
                .orElse(1);
        Set<String> controllers = new LinkedHashSet<>();
        space.choices().forEach(choice -> controllers.add(choice.controller()));
        List<Member> bases = new ArrayList<>();
        for (int k = 0; k < operations; k++) {
            List<Integer> picked = new ArrayList<>();
            for (Choice<?> choice : space.choices()) {
                int last = choice.options().size() - 1;
                picked.add(controllers.contains(choice.name()) ? last : Math.max(0, last - k));
            }
            bases.add(space.decode(picked));
        }
        return bases;
    }

    private void compare(Member base, Choice<?> choice) {
        List<Map<String, List<List<Integer>>>> plain = new ArrayList<>();
        Set<String> all = new LinkedHashSet<>();
        for (Object option : choice.options()) {
            Map<String, Object> picked = new LinkedHashMap<>(base.options());
            picked.put(choice.name(), option);
            Member member = space.canonical(new Member(picked));
            plain.add(space.satisfies(member) ? known.computeIfAbsent(member, this::shapes) : null);
            if (plain.get(plain.size() - 1) != null) {
                all.addAll(plain.get(plain.size() - 1).keySet());
            }
        }
        for (String name : all) {
            long different = plain.stream()
                    .filter(Objects::nonNull)
                    .map(shapes -> shapes.getOrDefault(name, List.of()))
                    .distinct()
                    .count();
            for (int i = 0; i < plain.size(); i++) {
                if (different > 1 && plain.get(i) != null && plain.get(i).containsKey(name)) {
                    names.get(choice.name()).get(i).add(name);
                }
            }
        }
    }

    /** What a member's plain model asks for: the shapes of each stored weight, one for each part of it. */
    private Map<String, List<List<Integer>>> shapes(Member member) {
        try (SharedWeights stored = SharedWeights.shapesOnly()) {
            RequestedWeights requested = new RequestedWeights(stored);
            family.model().at(member).build(requested);
            Map<String, List<List<Integer>>> shapes = new TreeMap<>();
            requested.byName().forEach((name, weight) -> shapes.computeIfAbsent(
                            name.replaceFirst("\\[.*]$", ""), n -> new ArrayList<>())
                    .add(weight.shape(Member.PLAIN)));
            return shapes;
        }
    }
}
