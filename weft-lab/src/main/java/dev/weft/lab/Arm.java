package dev.weft.lab;

import dev.weft.io.InputException;
import dev.weft.train.Recipe;

/**
 * One way of training.
 *
 * @param name letters, digits and '-': part of file names
 * @param recipe the whole training rule
 */
public record Arm(String name, Recipe recipe) {
    public Arm {
        if (!name.matches("[A-Za-z0-9-]+")) {
            throw new InputException("An arm's name must be letters, digits and '-', but got \"" + name + "\".");
        }
    }

    /** How many members train at a step. */
    public int membersPerStep() {
        return recipe.train().sampler().membersPerStep(recipe.model().space());
    }
}
