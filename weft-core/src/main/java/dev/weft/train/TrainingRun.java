package dev.weft.train;

import dev.weft.data.Splits;
import dev.weft.model.Family;
import dev.weft.recipe.RunSettings;
import dev.weft.run.RunFolder;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * A training in a folder of its own, which can be stopped or killed at any moment and resumed with the same numbers. Whoever drives one, as
 * the command line does, need not know what trains in it: one supernet, a tree of them. Holds the folder's lock until {@link #close}.
 */
public interface TrainingRun extends AutoCloseable {
    /**
     * Trains to the end, or until {@code stop} says so, which is asked between steps. Either way what was done is kept; at the end also the
     * family.
     *
     * @return whether training is complete
     * @throws dev.weft.io.CheckFailedException when a loss or a weight is no longer finite; what was finished is kept
     */
    boolean run(BooleanSupplier stop, List<TrainingListener> listeners);

    /** How many steps the whole run has, as far as that is known now. */
    long steps();

    /** How many are done and kept. */
    long stepsDone();

    /** Whether no step is left: all are done, or the recipe says that it may end before them. */
    boolean isOver();

    /** How far it is, in words that follow "after": {@code step 3 of 10}. */
    String place();

    RunFolder folder();

    RunSettings settings();

    /** What it trains on and is measured by. */
    Splits splits();

    /** The family in its present state; empty where it is not in memory as one. Closed with this. */
    Optional<Family> inMemory();

    @Override
    void close();
}
