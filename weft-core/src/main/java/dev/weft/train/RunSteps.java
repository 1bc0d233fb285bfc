package dev.weft.train;

import dev.weft.recipe.Recipe;
import dev.weft.run.Checkpoint;
import dev.weft.run.RunFolder;
import dev.weft.run.TrainingNumber;
import dev.weft.step.StepListener;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Drives a loop in a run's folder: between its steps phases change, members are evaluated, numbers recorded and checkpoints written. */
final class RunSteps {
    private final RunFolder run;
    private final Recipe recipe;
    private final Loop loop;
    private final LoopState state;
    private final ShippedFamily shown;
    private double seconds;

    /**
     * @param loop not closed here
     * @param shown what is evaluated
     */
    RunSteps(RunFolder run, Recipe recipe, Loop loop, ShippedFamily shown) {
        this.run = run;
        this.recipe = recipe;
        this.loop = loop;
        this.state = new LoopState(run, loop);
        this.shown = shown;
    }

    /** The time that the steps have taken so far, those of a run that this one goes on from included. */
    double seconds() {
        return seconds;
    }

    /** Goes on from a checkpoint. */
    void read(Checkpoint checkpoint) {
        seconds = state.read(checkpoint);
    }

    /** Writes a checkpoint. */
    void keep() {
        state.keep(seconds);
    }

    /**
     * Trains until {@code end} steps are done, the recipe says that it is over, or {@code stop} does.
     *
     * @return whether it was not stopped
     */
    boolean to(long end, BooleanSupplier stop, List<TrainingListener> listeners) {
        List<TrainingListener> told = List.copyOf(listeners);
        run.database().onTrouble(line -> told.forEach(listener -> listener.warned(line)));
        int checkpointEvery = recipe.train().checkpointEverySteps();
        List<StepListener> heard = new ArrayList<>(List.of(new RunRecord(run, this::seconds)));
        heard.addAll(listeners);
        long began = System.nanoTime();
        double before = seconds;
        while (loop.stepsDone() < end && !loop.isOver()) {
            if (stop.getAsBoolean()) {
                keep();
                run.database().event("interrupted", "after step " + loop.stepsDone());
                return false;
            }
            if (loop.stepsDone() == loop.phase().end()) {
                new PhaseChange(run, recipe, loop, shown).go();
            }
            loop.next(heard);
            boolean epochDone = loop.stepsDone() % loop.stepsPerEpoch() == 0;
            if (epochDone) {
                recordSampler();
            }
            seconds = before + (System.nanoTime() - began) / 1e9;
            if (epochDone) {
                epochDone(listeners);
            }
            if (loop.stepsDone() % checkpointEvery == 0
                    || loop.stepsDone() == loop.phase().end()
                    || loop.isOver()) {
                keep();
            }
        }
        if (loop.stopsEarly()) {
            String line = "training stops after step " + loop.stepsDone() + " of " + loop.steps() + ": "
                    + loop.bestInWords().orElseThrow();
            run.database().event("stopped early", line);
            told.forEach(listener -> listener.said(line));
        }
        return true;
    }

    private void recordSampler() {
        loop.phase().sampling().notes().forEach(note -> run.database()
                .metric(new TrainingNumber(
                        loop.stepsDone(), Trainer.SAMPLER, note.name(), note.value(), seconds, note.cell())));
    }

    private void epochDone(List<TrainingListener> listeners) {
        if (loop.searches()) {
            shown.recordChosen(loop.stepsDone(), seconds);
        }
        int every = recipe.train().evaluateEveryEpochs();
        if (every > 0 && loop.stepsDone() / loop.stepsPerEpoch() % every == 0) {
            loop.evaluated(shown.evaluate(loop.stepsDone(), seconds, listeners));
        }
    }
}
