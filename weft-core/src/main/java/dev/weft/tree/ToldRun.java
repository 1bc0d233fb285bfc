package dev.weft.tree;

import dev.weft.loss.Role;
import dev.weft.metric.Metric;
import dev.weft.step.StepReport;
import dev.weft.train.TrainingListener;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Tells listeners of any run what happens in a tree: supernets are its parts, and probes and splits are lines. */
final class ToldRun implements TreeListener {
    private final List<TrainingListener> listeners;
    private String part = "";

    ToldRun(List<TrainingListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    private void within(String node) {
        if (!node.equals(part)) {
            part = node;
            all(listener -> listener.within("supernet " + node));
        }
    }

    private void all(Consumer<TrainingListener> told) {
        listeners.forEach(told);
    }

    @Override
    public void stepDone(String node, long done, long planned, StepReport report) {
        within(node);
        StepReport ofAll = new StepReport(done, planned, report.learningRate(), report.losses(), report.measures());
        all(listener -> listener.stepDone(ofAll));
    }

    @Override
    public void evaluated(String node, long steps, Role role, Map<Metric, Double> values) {
        within(node);
        all(listener -> listener.evaluated(steps, role, values));
    }

    @Override
    public void probed(String node, TreeRecord.Probe probe) {
        String line = String.format(
                Locale.ROOT,
                "probe supernet %s: %s, cut %.3f, within %.3f",
                node,
                probe.choice(),
                probe.cut(),
                probe.within());
        all(listener -> listener.said(line));
    }

    @Override
    public void split(String node, TreeRecord.Split split) {
        all(listener -> listener.said(
                split.choice() == null
                        ? "split supernet " + node + ": stays whole, " + split.why()
                        : "split supernet " + node + " by " + split.choice() + " into " + split.groups()));
    }

    @Override
    public void grown(TreeRecord tree) {
        all(listener -> listener.said(
                "tree of " + tree.leaves().size() + " leaves, " + tree.supernetEpochs() + " supernet-epochs"));
    }

    @Override
    public void warned(String line) {
        all(listener -> listener.warned(line));
    }
}
