package dev.weft.tree;

import dev.weft.loss.Role;
import dev.weft.metric.Metric;
import dev.weft.step.StepReport;
import dev.weft.train.TrainingListener;
import java.util.Map;

/** Told what happens while a tree of supernets trains, on the training thread. */
public interface TreeListener {
    /**
     * Called after a step of one supernet.
     *
     * @param done steps of all supernets so far
     * @param planned steps of all, if every supernet to come splits as asked for
     * @param report of the step
     */
    default void stepDone(String node, long done, long planned, StepReport report) {}

    /** A member of a supernet was evaluated on the selection split. */
    default void evaluated(String node, long steps, Role role, Map<Metric, Double> values) {}

    /** The distances between the options of a choice are known. */
    default void probed(String node, TreeRecord.Probe probe) {}

    /** Does what {@link TrainingListener#warned} does. */
    default void warned(String line) {}

    /** A supernet has split, or stays whole. */
    default void split(String node, TreeRecord.Split split) {}

    /** All leaves are trained, and their family is written. */
    default void grown(TreeRecord tree) {}
}
