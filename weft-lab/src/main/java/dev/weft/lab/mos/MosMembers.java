package dev.weft.lab.mos;

import dev.weft.model.LanguageModel;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The members that every arm is judged by, fixed by a rule before anything is measured: the narrowest and the widest MLPs at the
 * least and at the largest depth, and the two middle ratios at the depth between. Named depth×width of an MLP: {@code 2x128}.
 */
final class MosMembers {
    private static final int EVALUATED = 6;

    private final Map<String, Member> evaluated = new LinkedHashMap<>();

    MosMembers(LanguageModel model) {
        List<Integer> depths = model.depth();
        List<Double> ratios = model.blocks().get(0).mlpRatio();
        int least = depths.get(0);
        int middle = depths.get(depths.size() / 2);
        int most = depths.get(depths.size() - 1);
        put(model, least, ratios.get(0));
        put(model, least, ratios.get(ratios.size() - 1));
        put(model, middle, ratios.get((ratios.size() - 1) / 2));
        put(model, middle, ratios.get(ratios.size() / 2));
        put(model, most, ratios.get(0));
        put(model, most, ratios.get(ratios.size() - 1));
        if (evaluated.size() != EVALUATED) {
            throw new IllegalArgumentException("a space must have six different fixed members, but gives " + evaluated);
        }
    }

    private void put(LanguageModel model, int depth, double ratio) {
        Space space = model.space();
        Map<String, Object> picked = new LinkedHashMap<>();
        for (Choice<?> choice : space.choices()) {
            picked.put(choice.name(), choice.name().equals("depth") ? (Object) depth : (Object) ratio);
        }
        long width = Math.round(model.embedDim().get(0) * ratio);
        evaluated.put(depth + "x" + width, space.canonical(new Member(picked)));
    }

    /** The six by name, in the order of the rule. */
    Map<String, Member> evaluated() {
        return evaluated;
    }

    /** The members that are also trained alone: the smallest, the larger middle one, the largest. */
    List<String> alone() {
        List<String> names = List.copyOf(evaluated.keySet());
        return List.of(names.get(0), names.get(3), names.get(5));
    }
}
