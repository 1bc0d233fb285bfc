package dev.weft.train;

import dev.weft.run.Checkpoint;
import dev.weft.run.RunFolder;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * All that a loop remembers, as a checkpoint of a run.
 *
 * @param loop not closed here
 */
record LoopState(RunFolder run, Loop loop) {
    /**
     * Writes a checkpoint.
     *
     * @param seconds that the steps have taken
     * @throws dev.weft.io.CheckFailedException when a weight is not finite; nothing is then written
     */
    void keep(double seconds) {
        Checkpoints.save(
                run, loop.stepsDone(), seconds, loop.family().weights().tensors(), loop.updates(), loop.rest());
    }

    /**
     * Goes on from a checkpoint, in the phase that it is of.
     *
     * @return the seconds that its steps took
     */
    double read(Checkpoint checkpoint) {
        while (loop.phase().end() < checkpoint.step()) {
            loop.enter(loop.phase().index() + 1);
        }
        Map<String, Map<String, Tensor>> remembered = new LinkedHashMap<>();
        double seconds = Checkpoints.load(
                checkpoint, loop.family().weights().tensors(), loop.updates(), remembered, loop.rest());
        loop.goOn(checkpoint.step(), remembered);
        return seconds;
    }
}
