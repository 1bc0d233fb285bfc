package dev.weft.model;

import dev.weft.nn.Pass;
import dev.weft.nn.ShapeStatistics;
import dev.weft.ops.Bundle;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;

/** The batch norm layers of a model, as a pass over shapes without data tells. */
public final class BatchNorms {
    private BatchNorms() {}

    /**
     * How many channels each layer has that a member runs, by name, in the order of the pass.
     *
     * @param definition with its input filled in
     */
    public static Map<String, Integer> channels(ModelDefinition definition, Member member) {
        return channels(definition, List.of(member));
    }

    /**
     * The layers that any member runs, with the most channels that any has: those of the largest member, and of it with every
     * other operation in turn.
     *
     * @param definition with its input filled in
     */
    public static Map<String, Integer> channelsOfAll(ModelDefinition definition) {
        Member largest = definition.space().largest();
        List<Member> members = new ArrayList<>(List.of(largest));
        for (Choice<?> choice : definition.space().choices()) {
            if (choice.options().get(0) instanceof String) {
                choice.options().forEach(operation -> members.add(largest.with(choice, operation)));
            }
        }
        return channels(definition, members);
    }

    private static Map<String, Integer> channels(ModelDefinition definition, List<Member> members) {
        ShapeStatistics shapes = new ShapeStatistics();
        try (PointerScope scope = new PointerScope();
                Family counted = Family.ofShapes(definition);
                Bundle input = definition.input().shapes(1)) {
            members.forEach(member -> counted.forward(input, Pass.evaluation(member, shapes)));
        }
        return shapes.channels();
    }
}
