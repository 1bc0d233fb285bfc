package dev.weft.lab.study;

import dev.weft.io.InputException;
import dev.weft.recipe.Recipe;
import dev.weft.train.Trainer;
import java.util.Map;
import java.util.function.Function;

/**
 * One way of doing it: a row of the table. A control that trains nothing is an arm as well.
 *
 * @param name letters, digits and '-': part of file names
 * @param description what the table says of it
 * @param weight how long it takes beside other arms, for the clock: epochs times members a step, about
 * @param work from one trial to the measured values by the key of their column
 */
public record Arm(String name, String description, double weight, Work work) {
    public Arm {
        if (!name.matches("[A-Za-z0-9-]+")) {
            throw new InputException("An arm's name must be letters, digits and '-', but got \"" + name + "\".");
        }
    }

    /** What an arm does with one seed at one budget: one training, a chain of trainings, or a computation. */
    @FunctionalInterface
    public interface Work {
        /** @throws Stopped through whatever {@link Trial} offers */
        Map<String, Double> measure(Trial trial);
    }

    /** An arm that is one training, named after it, and what is measured at its end. */
    public static Arm trained(
            String name, String description, Recipe recipe, Function<Trainer, Map<String, Double>> measure) {
        return new Arm(name, description, weight(recipe), trial -> trial.train(name, recipe)
                .measure(measure));
    }

    /** How long a training takes beside others: epochs times members a step. */
    public static double weight(Recipe recipe) {
        return (double) recipe.train().epochs()
                * recipe.train().sampler().membersPerStep(recipe.family().space());
    }
}
