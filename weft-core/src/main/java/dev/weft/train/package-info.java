/**
 * How shared weights are trained: a {@link dev.weft.recipe.Recipe} says which members train at a step
 * ({@link dev.weft.sample.Sampler}), against which loss, and with which optimiser; {@link dev.weft.train.TrainingStep} does one
 * step and {@link dev.weft.train.Trainer} the whole run, with checkpoints. Knows no model and no kind of weight; imports
 * {@code model}, {@code data}, {@code nn}, {@code weight}, {@code ops}, {@code space}, {@code run} and {@code io}.
 */
package dev.weft.train;
