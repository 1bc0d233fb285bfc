package dev.weft.run;

import java.util.List;
import java.util.Optional;

/**
 * The newest checkpoint that is intact, if any.
 *
 * @param warnings a line for each newer one that is damaged, newest first
 */
public record LatestCheckpoint(Optional<Checkpoint> checkpoint, List<String> warnings) {
    public LatestCheckpoint {
        warnings = List.copyOf(warnings);
    }
}
