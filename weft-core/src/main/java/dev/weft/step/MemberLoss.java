package dev.weft.step;

import dev.weft.loss.TrainingMember;

/** The loss of one member at one step of training. */
public record MemberLoss(TrainingMember trained, double loss) {}
