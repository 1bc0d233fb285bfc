/**
 * Search by gradient: how the logits of a blend train, in turn with the weights (DARTS, Liu et al. 2019).
 * {@link dev.weft.architecture.ArchitectureSettings} is what a recipe says, {@link dev.weft.architecture.ArchitectureStep} one step,
 * {@link dev.weft.architecture.UnrolledStep} its gradient through the weights' next step, and {@link dev.weft.architecture.CostTerm} what a
 * costly choice adds. May use {@code loss}, {@code optim}, {@code cost}, {@code model} and what these use.
 */
package dev.weft.architecture;
