/**
 * What the gradients of a family say of its training, at frozen weights and without a trace in the family.
 * {@link dev.weft.diagnose.GradientVariance} measures how noisy the gradient of a step is, {@link dev.weft.diagnose.ConflictMap} how far
 * members want different things of the weights that they share, {@link dev.weft.diagnose.ExampleGradients} and
 * {@link dev.weft.diagnose.ImportanceSampling} what other probabilities of examples and members would change. May use {@code train} and what
 * lies beneath it, and {@code report}.
 */
package dev.weft.diagnose;
