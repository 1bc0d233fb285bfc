package dev.weft.optim;

import java.util.List;

/**
 * How weights move by their gradients.
 *
 * @param optimizer of the weights
 * @param parameterGroups exceptions for the optimiser; may be empty
 */
public record UpdateSettings(Optimizer optimizer, List<ParameterGroup> parameterGroups) {}
