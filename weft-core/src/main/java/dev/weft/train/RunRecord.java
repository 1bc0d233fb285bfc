package dev.weft.train;

import dev.weft.loss.Role;
import dev.weft.run.RunFolder;
import dev.weft.sample.MemberLoss;
import dev.weft.sample.StepListener;
import dev.weft.sample.StepReport;
import dev.weft.space.Member;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.DoubleSupplier;

/** Writes the losses of each step into the table of a run. */
record RunRecord(RunFolder run, DoubleSupplier seconds) implements StepListener {
    @Override
    public void architectureTrained(long step, Member blend, double loss) {
        run.database().metric(step, Role.BLEND.toString(), "architectureLoss", loss, seconds.getAsDouble());
    }

    /** The mean loss of the members of each role. */
    @Override
    public void stepDone(StepReport report) {
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
