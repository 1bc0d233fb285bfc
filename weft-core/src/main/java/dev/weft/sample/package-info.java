/**
 * Which members train at a step. A {@link dev.weft.sample.Sampler} is a recipe's setting; a {@link dev.weft.sample.Sampling} is that setting
 * at work in one run, where it may learn from what it hears as a {@link dev.weft.step.StepListener}. The samplers that need no memory are
 * in {@code Sampler}; each of the others has a package of its own below this one. May use {@code loss}, {@code optim}, {@code cost},
 * {@code data}, {@code model} and what these use, but nothing of a run.
 */
package dev.weft.sample;
