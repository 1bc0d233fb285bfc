package dev.weft.lab.study;

import dev.weft.step.StepReport;
import dev.weft.train.TrainingListener;

/**
 * How far a study is: every arm weighs what it takes beside others, and a training fills its arm's weight as it goes. So whoever shows it
 * can say how long it will be, whatever arms consist of.
 */
final class StudyClock {
    private static final String UNIT = "epochs of a member";

    private final StudyProgress progress;
    private final double total;
    private double done; // of arms that ended
    private double weight; // of the arm at work
    private double within; // of it, trainings that ended

    StudyClock(StudyProgress progress, double total) {
        this.progress = progress;
        this.total = total;
    }

    void begin(Arm arm) {
        weight = arm.weight();
        within = 0;
    }

    void end() {
        done += weight;
        weight = 0;
        within = 0;
    }

    /** A training of this weight has ended, now or before. */
    void done(double ofTraining) {
        within += ofTraining;
    }

    /** Work that is not training. */
    void other(String phase, long finished, long all, String unit, String detail) {
        progress.update(phase, finished, all, unit, detail);
    }

    /** Hears of each step of a training of this weight. */
    TrainingListener listener(double ofTraining, String detail) {
        return new TrainingListener() {
            @Override
            public void stepDone(StepReport report) {
                double part = ofTraining * report.step() / report.steps();
                progress.update(
                        "train", Math.round(done + Math.min(weight, within + part)), Math.round(total), UNIT, detail);
            }
        };
    }
}
