package dev.weft.model;

import dev.weft.io.InputException;
import dev.weft.nn.Network;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Weights;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model of which only a part of the members exist, over weights as large as the whole model's: a node of a tree of supernets. Its
 * members are members of the whole model, written in the same way, so a choice with one option left is still a choice.
 *
 * @param model the whole model
 * @param options those that are left, as they print, by choice; choices that are absent keep all of theirs
 */
public record Subspace(ModelDefinition model, Map<String, List<String>> options) implements ModelDefinition {
    public Subspace {
        if (model == null || options == null) {
            throw new InputException(
                    "A subspace must have a model and options, but got model=" + model + ", options=" + options + ".");
        }
        Map<String, List<String>> copy = new LinkedHashMap<>();
        options.forEach((choice, left) -> copy.put(choice, left == null ? List.of() : List.copyOf(left)));
        options = Collections.unmodifiableMap(copy);
        model.space().within(options);
    }

    @Override
    public String name() {
        return model.name();
    }

    @Override
    public ModelInput input() {
        return model.input();
    }

    @Override
    public Subspace withInput(ModelInput other) {
        return new Subspace(model.withInput(other), options);
    }

    @Override
    public List<Choice<?>> choices() {
        return new ArrayList<>(space().choices());
    }

    @Override
    public ModelDefinition at(Member member) {
        return model.at(member);
    }

    @Override
    public Network build(Weights weights) {
        return model.build(weights);
    }

    @Override
    public Space space() {
        return model.space().within(options);
    }
}
