package dev.weft.sample;

import java.util.List;

/**
 * One finished step of training.
 *
 * @param step from 1
 * @param steps of the whole run
 * @param losses in the order in which the members trained
 */
public record StepReport(long step, long steps, double learningRate, List<MemberLoss> losses) {}
