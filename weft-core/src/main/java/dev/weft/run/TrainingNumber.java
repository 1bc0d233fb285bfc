package dev.weft.run;

import dev.weft.metric.Cell;
import java.util.Optional;

/**
 * One number of training.
 *
 * @param role which member of the step it is about, such as {@code largest}
 * @param name what it is, such as {@code loss}
 * @param value may be NaN or infinite: that is when it is needed most
 * @param seconds since the run began
 * @param cell where it stands in a table of notes; empty for a number by itself
 */
public record TrainingNumber(long step, String role, String name, double value, double seconds, Optional<Cell> cell) {
    /** A number by itself. */
    public TrainingNumber(long step, String role, String name, double value, double seconds) {
        this(step, role, name, value, seconds, Optional.empty());
    }
}
