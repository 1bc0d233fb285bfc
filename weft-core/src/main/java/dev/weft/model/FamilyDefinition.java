package dev.weft.model;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Outline;
import dev.weft.weight.RequestedWeights;
import dev.weft.weight.SharedWeights;
import dev.weft.weight.Sharing;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything about a family but its weights, as data. Its members are those of the model times what the sharings add: whoever reads,
 * draws, counts or prints members of a family asks for its {@link #space} here, and not for that of its model.
 *
 * @param model bound to its input, or open
 * @param sharing how its members share weights beyond slices, each over those before it; may be empty
 */
public record FamilyDefinition(ModelDefinition model, List<Sharing> sharing) {
    public FamilyDefinition {
        sharing = List.copyOf(sharing);
    }

    /** A family whose members share slices and nothing else. */
    public static FamilyDefinition of(ModelDefinition model) {
        return new FamilyDefinition(model, List.of());
    }

    /** All members: the choices of the model, then those of each sharing. */
    @JsonIgnore
    public Space space() {
        return Sharing.space(sharing, new Outline(model.space(), this::weights));
    }

    private Map<String, List<Integer>> weights() {
        Member largest = model.space().largest();
        Map<String, List<Integer>> shapes = new LinkedHashMap<>();
        try (SharedWeights none = SharedWeights.shapesOnly()) {
            RequestedWeights asked = new RequestedWeights(none);
            model.build(asked);
            asked.byName().forEach((name, weight) -> shapes.put(name, weight.shape(largest)));
        }
        return shapes;
    }

    /** The stand-alone model of a member: its plain sizes, and what remains of the sharings. */
    public FamilyDefinition alone(Member member) {
        return new FamilyDefinition(model.at(member), Sharing.remaining(sharing, member));
    }
}
