package dev.weft.cli;

import com.sun.management.OperatingSystemMXBean;
import dev.weft.step.StepReport;
import dev.weft.train.TrainingListener;
import java.lang.management.ManagementFactory;

/** Counts what this process asks of the processor from one training step to a later one. */
final class StepClock implements TrainingListener {
    /** The first steps load classes and fill caches. */
    private static final int WARM_UP = 5;

    private final int maxSteps;
    private final double maxSeconds;
    private long steps;
    private double began;
    private double now;

    StepClock(int maxSteps, double maxSeconds) {
        this.maxSteps = maxSteps;
        this.maxSeconds = maxSeconds;
    }

    @Override
    public void stepDone(StepReport report) {
        steps++;
        now = cpuSeconds();
        if (steps <= WARM_UP) {
            began = now;
        }
    }

    /** Whether enough was seen: at least one step. */
    boolean over() {
        return timed() >= 1 && (timed() >= maxSteps || now - began >= maxSeconds);
    }

    /** How many steps the time is of. */
    long timed() {
        return Math.max(0, steps - WARM_UP);
    }

    double secondsPerStep() {
        return (now - began) / timed();
    }

    private static double cpuSeconds() {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return system.getProcessCpuTime() / 1e9;
    }
}
