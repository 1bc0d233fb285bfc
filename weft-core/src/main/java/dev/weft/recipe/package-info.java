/**
 * The documents: a {@link dev.weft.recipe.Recipe} says which model trains on which data and how
 * ({@link dev.weft.recipe.TrainSettings}, {@link dev.weft.recipe.DataSettings}), {@link dev.weft.recipe.RunSettings} is what a run keeps of
 * it, and {@link dev.weft.recipe.DataProvenance} what a family keeps of its data. {@link dev.weft.recipe.Recipes} reads them by file or
 * by name. Says what is to be done and does nothing of it; {@code train} does.
 */
package dev.weft.recipe;
