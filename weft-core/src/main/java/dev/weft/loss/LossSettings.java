package dev.weft.loss;

/**
 * What the members of a step learn from.
 *
 * @param distillation which members learn from logits
 * @param labelSmoothing of losses against labels
 * @param regularisation and of which members
 * @param precision of forward and backward
 */
public record LossSettings(
        Distillation distillation, double labelSmoothing, Regularisation regularisation, Precision precision) {}
