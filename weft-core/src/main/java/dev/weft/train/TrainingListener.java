package dev.weft.train;

import dev.weft.loss.Role;
import dev.weft.metric.Metric;
import dev.weft.step.StepListener;
import java.util.Map;

/** Told what happens in a run, on the training thread: in each step, and when members are evaluated. */
public interface TrainingListener extends StepListener {
    /**
     * A member was evaluated on the selection split, after {@code steps} steps.
     *
     * @param values by metric, the one that members are chosen by first
     */
    default void evaluated(long steps, Role role, Map<Metric, Double> values) {}

    /** Something that the user must know and that does not end training: the table of numbers cannot be written for now. */
    default void warned(String line) {}

    /** Another part of the run trains from now on, such as {@code supernet 0-1}. A run that has no parts never says so. */
    default void within(String part) {}

    /** A line of what happened between steps, worth keeping on the screen. */
    default void said(String line) {}
}
