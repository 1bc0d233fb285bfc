/**
 * How shared weights are trained: {@link dev.weft.train.TrainingStep} does one step of a {@link dev.weft.recipe.Recipe}, {@code Loop} many of
 * them without any folder, and {@link dev.weft.train.Trainer} the whole run, with checkpoints, as a {@link dev.weft.train.TrainingRun}. Knows no model and no kind of weight. What a recipe says is in
 * {@code recipe}; which members train is in {@code sample}, what they learn from in {@code loss}, how parameters move in {@code optim}, and
 * how the logits of a blend train in {@code architecture}.
 */
package dev.weft.train;
