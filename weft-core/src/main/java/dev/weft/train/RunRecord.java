package dev.weft.train;

import dev.weft.loss.Role;
import dev.weft.run.RunFolder;
import dev.weft.step.MemberLoss;
import dev.weft.step.StepListener;
import dev.weft.step.StepReport;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.DoubleSupplier;

/** Writes the losses of each step into the table of a run. */
record RunRecord(RunFolder run, DoubleSupplier seconds) implements StepListener {
    /** What each update measured, and the mean loss of the members of each role. */
    @Override
    public void stepDone(StepReport report) {
        report.measures()
                .forEach((update, measures) -> measures.forEach((name, value) ->
                        run.database().metric(report.step(), update, name, value, seconds.getAsDouble())));
        Map<Role, double[]> sums = new EnumMap<>(Role.class);
        for (MemberLoss loss : report.losses()) {
            double[] sum = sums.computeIfAbsent(loss.trained().role(), r -> new double[2]);
            sum[0] += loss.loss();
            sum[1]++;
        }
        sums.forEach((role, sum) ->
                run.database().metric(report.step(), role.toString(), "loss", sum[0] / sum[1], seconds.getAsDouble()));
    }
}
