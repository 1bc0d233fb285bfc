package dev.weft.weight.blend;

import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Options that a member may pick together for choices that hang together: one blended choice, or one that switches blended choices on and
 * off and all of those.
 *
 * @param picked an option for each of the choices
 * @param strength the logit of the option; of switched choices the sum of the logarithms of the parts of what is on
 */
record RankedOptions(Map<Choice<?>, Object> picked, double strength) {

    /** The member with these options. */
    Member in(Member member) {
        for (Map.Entry<Choice<?>, Object> entry : picked.entrySet()) {
            member = member.with(entry.getKey(), entry.getValue());
        }
        return member;
    }

    /**
     * What a space allows for each group of choices, from the strongest to the weakest; of equal strength in the order of the options.
     *
     * @param blended the blended choices of the model by name
     */
    static List<List<RankedOptions>> of(Space space, Map<String, BlendedChoice> blended) {
        Map<String, List<BlendedChoice>> switched = new LinkedHashMap<>();
        List<List<RankedOptions>> all = new ArrayList<>();
        for (BlendedChoice choice : blended.values()) {
            if (choice.choice().isSwitched() && choice.choice().isConditional()) {
                switched.computeIfAbsent(choice.choice().controller(), name -> new ArrayList<>())
                        .add(choice);
            } else {
                all.add(sorted(alone(choice)));
            }
        }
        for (Choice<?> controller : space.choices()) {
            if (switched.containsKey(controller.name())) {
                all.add(sorted(together(controller, switched.get(controller.name()))));
            }
        }
        return all;
    }

    private static List<RankedOptions> sorted(Collection<RankedOptions> options) {
        return options.stream()
                .sorted(Comparator.comparingDouble(each -> -each.strength))
                .toList();
    }

    private static List<RankedOptions> alone(BlendedChoice blended) {
        float[] logits = Tensors.floats(blended.logits());
        List<RankedOptions> all = new ArrayList<>();
        for (Object option : blended.choice().optionsWith(null)) {
            int position = blended.choice().options().indexOf(option);
            if (blended.allows(position)) {
                all.add(new RankedOptions(Map.of(blended.choice(), option), logits[position]));
            }
        }
        return all;
    }

    private static List<RankedOptions> together(Choice<?> controller, List<BlendedChoice> switched) {
        List<RankedOptions> all = new ArrayList<>();
        for (Object controlling : controller.options()) {
            List<RankedOptions> longer = List.of(new RankedOptions(Map.of(controller, controlling), 0));
            for (BlendedChoice blended : switched) {
                longer = longer(longer, blended, controlling);
            }
            all.addAll(longer);
        }
        return all;
    }

    private static List<RankedOptions> longer(List<RankedOptions> options, BlendedChoice blended, Object controlling) {
        Choice<?> choice = blended.choice();
        float[] parts;
        try (Tensor softmax = Tensors.withoutGradients(() -> blended.parts(logits -> torch.softmax(logits, 0)))) {
            parts = Tensors.floats(softmax);
        }
        List<RankedOptions> longer = new ArrayList<>();
        for (RankedOptions shorter : options) {
            for (Object option : choice.optionsWith(controlling)) {
                int position = choice.options().indexOf(option);
                if (blended.allows(position)) {
                    Map<Choice<?>, Object> picked = new LinkedHashMap<>(shorter.picked);
                    picked.put(choice, option);
                    double added = choice.isActiveWith(controlling) ? Math.log(parts[position]) : 0;
                    longer.add(new RankedOptions(picked, shorter.strength + added));
                }
            }
        }
        return longer;
    }
}
