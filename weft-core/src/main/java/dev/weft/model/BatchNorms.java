package dev.weft.model;

import dev.weft.nn.Pass;
import dev.weft.nn.ShapeStatistics;
import dev.weft.space.Member;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** The batch norm layers of a model, as a pass over shapes without data tells. */
public final class BatchNorms {
    private BatchNorms() {}

    /**
     * How many channels each layer has that a member runs, by name, in the order of the pass.
     *
     * @param definition with its input filled in
     */
    public static Map<String, Integer> channels(ModelDefinition definition, Member member) {
        ShapeStatistics shapes = new ShapeStatistics();
        try (PointerScope scope = new PointerScope();
                Family counted = Family.ofShapes(definition);
                Tensor input = definition.input().shapes(1)) {
            counted.forward(input, Pass.evaluation(member, shapes));
        }
        return shapes.channels();
    }
}
