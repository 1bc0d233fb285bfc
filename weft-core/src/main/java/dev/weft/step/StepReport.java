package dev.weft.step;

import java.util.List;
import java.util.Map;

/**
 * One finished step of training.
 *
 * @param step from 1
 * @param steps of the whole run
 * @param losses in the order in which the members trained
 * @param measures of each update by its name, where it has any of this step: {@link Update#measures}
 */
public record StepReport(
        long step,
        long steps,
        double learningRate,
        List<MemberLoss> losses,
        Map<String, Map<String, Double>> measures) {
    /** A report of a step in which nobody measured anything. */
    public StepReport(long step, long steps, double learningRate, List<MemberLoss> losses) {
        this(step, steps, learningRate, losses, Map.of());
    }
}
