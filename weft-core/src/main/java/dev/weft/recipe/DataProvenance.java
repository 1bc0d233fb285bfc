package dev.weft.recipe;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.data.DataCatalog;
import dev.weft.data.Splits;
import dev.weft.data.SplitsRecord;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.io.Kinds;
import dev.weft.model.Family;
import dev.weft.model.ModelInput;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What a family was trained on, and the one way to open it again: cut into the same splits, and refused when these do not hold the
 * examples that training had. Everything that reads the data of a run goes through here, because splits that are cut anew from data
 * that has changed hold out what the weights have learnt from.
 *
 * @param data where it lay, and how it is cut
 * @param seed of the splits
 * @param calibrationBatches of {@code data.batchSize}, that recalibrate a member
 * @param splits what it was cut into; absent in files of versions that did not write it down
 */
public record DataProvenance(
        DataSettings data,
        long seed,
        int calibrationBatches,
        @JsonInclude(JsonInclude.Include.NON_NULL) SplitsRecord splits) {
    /** The name of the note that holds this as JSON, in a family and on the label of what is exported from it. */
    public static final String NOTE = "origin";

    public DataProvenance {
        if (data == null || calibrationBatches < 1) {
            throw new InputException("The origin of a family must have data and calibrationBatches >= 1, but got data="
                    + data + ", calibrationBatches=" + calibrationBatches + ".");
        }
    }

    /**
     * The origin of a family: from the run whose folder its file lies in, which knows where the data lies now, or else from the family's
     * own notes. Empty for a family that no {@link dev.weft.train.Trainer Trainer} made.
     */
    public static Optional<DataProvenance> of(Family family) {
        Optional<DataProvenance> noted = of(family.notes(), family.kinds());
        return noted.map(origin -> family.file()
                .flatMap(file -> RunSettings.beside(file, family.kinds()))
                .map(RunSettings::origin)
                .filter(origin::isOfSameData)
                .orElse(origin));
    }

    /** The origin that the notes of a family say; what they are read for must not open the data. */
    public static Optional<DataProvenance> of(Map<String, String> notes, Kinds kinds) {
        return Optional.ofNullable(notes.get(NOTE))
                .map(json -> Json.parse(json, "note \"" + NOTE + "\" of the family", DataProvenance.class, kinds));
    }

    /** Writes this into the notes of a family, which travel with its members into their files. */
    void noteIn(Family family) {
        family.note(NOTE, Json.writeLine(this));
        data.notes().forEach(family::note);
    }

    /** Whether what is opened can be compared with what training had. */
    public boolean isRecorded() {
        return splits != null;
    }

    /**
     * Opens the data where it lay.
     *
     * @param input of the model that was trained on it: text is encoded by its tokenizer
     * @throws InputException when it is not there any more, or does not hold what training had
     */
    public Splits open(ModelInput input) {
        return open(input, data.source());
    }

    /**
     * Opens the same data at another place.
     *
     * @param place as {@link DataSettings#source}
     * @throws InputException when it is not there, or does not hold what training had
     */
    public Splits open(ModelInput input, String place) {
        requireThere(place);
        Splits now = data.withSource(place).reopen(seed, input);
        if (isRecorded()) {
            now.verify(splits);
        }
        return now;
    }

    private void requireThere(String place) {
        boolean there =
                DataCatalog.list().stream().anyMatch(known -> known.name().equals(place));
        try {
            there |= Files.exists(Path.of(place));
        } catch (InvalidPathException e) {
            // no path names it either
        }
        if (!there) {
            throw new InputException("The data that was trained on must be at " + place
                    + ", but is not there. If it was moved, say where it is: --data NAME_OR_DIR");
        }
    }

    private boolean isOfSameData(DataProvenance run) {
        return seed == run.seed
                && run.isRecorded()
                && (isRecorded() ? splits.isOfSameExamples(run.splits) : data.equals(run.data));
    }
}
