package dev.weft.train;

import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.model.Family;
import java.util.Map;
import java.util.Optional;

/**
 * What a family was trained on, as its file says: enough to cut the data into the same splits again, and to recalibrate members as
 * training did.
 *
 * @param seed of the splits
 * @param calibrationBatches of {@code data.batchSize}, that recalibrate a member
 */
public record Origin(DataSettings data, long seed, int calibrationBatches) {
    private static final String NOTE = "origin";

    public Origin {
        if (data == null || calibrationBatches < 1) {
            throw new InputException("The origin of a family must have data and calibrationBatches >= 1, but got data="
                    + data + ", calibrationBatches=" + calibrationBatches + ".");
        }
    }

    /** Empty for a family that no {@link Trainer} made. */
    public static Optional<Origin> of(Map<String, String> notes) {
        return Optional.ofNullable(notes.get(NOTE))
                .map(json -> Json.parse(json, "note \"" + NOTE + "\" of the family", Origin.class));
    }

    /** Writes this into the notes of a family, which travel with its members into their files. */
    public void noteIn(Family family) {
        family.note(NOTE, Json.writeLine(this));
    }
}
