package org.example.outside;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.weft.io.InputException;
import dev.weft.model.ImageInput;
import dev.weft.model.ModelDefinition;
import dev.weft.model.ModelInput;
import dev.weft.nn.Layer;
import dev.weft.nn.Linear;
import dev.weft.ops.Ops;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.weight.Init;
import dev.weft.weight.Weights;
import java.util.ArrayList;
import java.util.List;

// tag::model[]
/**
 * Two layers over the pixels, with squareplus between them.
 *
 * @param input absent until the definition is bound to data
 * @param hidden options of the width between the layers, ascending
 */
@JsonTypeName("perceptron")
public record Perceptron(ImageInput input, List<Integer> hidden) implements ModelDefinition {
    public Perceptron {
        if (hidden == null || hidden.isEmpty() || hidden.get(0) < 1) {
            throw new InputException("A perceptron must have hidden widths of 1 or more, but got " + hidden + ".");
        }
        hidden = List.copyOf(hidden);
    }

    @Override
    public String name() {
        return "perceptron";
    }

    @Override
    public Perceptron withInput(ModelInput other) {
        return new Perceptron(ImageInput.of(name(), other), hidden);
    }

    private Choice<Integer> width() {
        return new Choice<>("hidden", hidden);
    }

    @Override
    public List<Choice<?>> choices() {
        List<Choice<?>> all = new ArrayList<>();
        if (hidden.size() > 1) {
            all.add(width());
        }
        return all;
    }

    @Override
    public Perceptron at(Member member) {
        return new Perceptron(input, List.of(member.value(width())));
    }

    @Override
    public Layer build(Weights weights) {
        ImageInput images = ImageInput.bound(input);
        Dim pixels = Dim.of(images.channels() * images.size() * images.size());
        Dim between = Dim.of(width());
        Dim classes = Dim.of(images.classes().size());
        return images.layer(Dim.of(images.size()))
                .then((x, pass) -> Ops.flatten(x, 1))
                .then(new Linear(weights, "fc1", pixels, between, Init.uniformFanIn()))
                .then((x, pass) -> Ops.apply(new Squareplus(4), x))
                .then(new Linear(weights, "fc2", between, classes, Init.uniformFanIn()));
    }
}
// end::model[]
