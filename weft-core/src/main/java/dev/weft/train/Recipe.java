package dev.weft.train;

import dev.weft.io.InputException;
import dev.weft.model.ModelDefinition;

/**
 * A whole training rule as one document: which model, on which data, trained how. Read from YAML; its resolved form is kept in
 * the run.
 *
 * @param name for reports
 * @param description one or two sentences: where the settings come from
 * @param model with choices; its input is bound to the data
 */
public record Recipe(String name, String description, ModelDefinition model, DataSettings data, TrainSettings train) {
    public Recipe {
        if (name == null || model == null || data == null || train == null) {
            throw new InputException("A recipe must have name, model, data and train.");
        }
    }
}
