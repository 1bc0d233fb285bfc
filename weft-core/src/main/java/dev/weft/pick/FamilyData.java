package dev.weft.pick;

import dev.weft.data.DataCatalog;
import dev.weft.data.Dataset;
import dev.weft.data.PassedOver;
import dev.weft.data.Splits;
import dev.weft.export.OnnxFile;
import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import dev.weft.model.Family;
import dev.weft.model.ModelInput;
import dev.weft.onnx.ExportLabel;
import dev.weft.recipe.DataProvenance;
import dev.weft.recipe.DataSettings;
import dev.weft.recipe.OtherData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The examples that a family's members are recalibrated, chosen and reported on, and exported members evaluated. What a family was
 * trained on is opened by its {@link DataProvenance}, which refuses data that has changed since; an exported member's is on its label.
 */
public final class FamilyData {
    /** How the examples stand to those that the family was trained on. */
    public enum Match {
        /** The same, by the fingerprints of all three splits. */
        VERIFIED,
        /** The data is by name the same, or unknown: the file holds no fingerprints to compare with. */
        UNVERIFIED,
        /** Others: what was trained on may be among them. */
        OTHER
    }

    private static final int CALIBRATION_BATCHES = 20;
    private static final int BATCH_SIZE = 128;

    private final String source;
    private final Match match;
    private final Dataset training;
    private final Optional<? extends Dataset> selection;
    private final Dataset report;
    private final int calibrationBatches;
    private final int batchSize;
    private final List<PassedOver> passedOver;

    private FamilyData(
            String source,
            Match match,
            Dataset training,
            Optional<? extends Dataset> selection,
            Dataset report,
            int calibrationBatches,
            int batchSize,
            List<PassedOver> passedOver) {
        this.source = source;
        this.match = match;
        this.training = training;
        this.selection = selection;
        this.report = report;
        this.calibrationBatches = calibrationBatches;
        this.batchSize = batchSize;
        this.passedOver = passedOver;
    }

    /**
     * The data that the family was trained on, cut into the same splits.
     *
     * @throws InputException when its file does not say which, or it is not there any more, or has changed
     */
    public static FamilyData asTrained(Family family) {
        return asTrained(family.definition().input(), DataProvenance.of(family));
    }

    /** Does what {@link #asTrained(Family)} does, for an exported member, by its label. Loads no libtorch. */
    public static FamilyData asTrained(OnnxFile file, Kinds kinds) {
        return asTrained(new ExportLabel(file).input(kinds), DataProvenance.of(file.metadata(), kinds));
    }

    private static FamilyData asTrained(ModelInput input, Optional<DataProvenance> known) {
        DataProvenance origin = known.orElseThrow(() -> new InputException(
                "The model's file does not say what it was trained on. Give the data: --data NAME_OR_DIR"));
        return asTrained(input, origin, origin.data().source());
    }

    /**
     * The same at another place, for data that was moved. For a family whose file does not say what it was trained on, any data that
     * fits.
     *
     * @param nameOrFolder as {@link DataCatalog#open} takes it
     * @throws InputException when this is not there, or does not hold what the family was trained on
     */
    public static FamilyData asTrained(Family family, String nameOrFolder) {
        ModelInput input = family.definition().input();
        return DataProvenance.of(family)
                .map(origin -> asTrained(input, origin, nameOrFolder))
                .orElseGet(() -> other(input, Optional.empty(), nameOrFolder, Match.UNVERIFIED, family.kinds()));
    }

    /**
     * Any data that fits the family, to evaluate it on. What the family was trained on, here or moved, is cut as in training; of other
     * data the report split is the test part, or, where there is none, all of it.
     *
     * @param nameOrFolder as {@link DataCatalog#open} takes it
     * @throws InputException when its images or classes are not those that the model reads, or it is the place of the data that was
     *     trained on, and has changed since
     */
    public static FamilyData of(Family family, String nameOrFolder) {
        return of(family.definition().input(), DataProvenance.of(family), nameOrFolder, family.kinds());
    }

    /** Does what {@link #of(Family, String)} does, for an exported member, by its label. Loads no libtorch. */
    public static FamilyData of(OnnxFile file, String nameOrFolder, Kinds kinds) {
        return of(new ExportLabel(file).input(kinds), DataProvenance.of(file.metadata(), kinds), nameOrFolder, kinds);
    }

    private static FamilyData of(ModelInput input, Optional<DataProvenance> known, String nameOrFolder, Kinds kinds) {
        if (known.isEmpty()) {
            return other(input, known, nameOrFolder, Match.UNVERIFIED, kinds);
        }
        DataProvenance origin = known.get();
        if (isSame(nameOrFolder, origin.data().source())) {
            return asTrained(input, origin, nameOrFolder);
        }
        if (origin.isRecorded()) {
            try {
                return asTrained(input, origin, nameOrFolder);
            } catch (InputException e) {
                // not what was trained on, at another place
            }
        }
        return other(input, known, nameOrFolder, Match.OTHER, kinds);
    }

    private static FamilyData asTrained(ModelInput input, DataProvenance origin, String place) {
        Splits splits = origin.open(input, place);
        return new FamilyData(
                        place,
                        origin.isRecorded() ? Match.VERIFIED : Match.UNVERIFIED,
                        splits.train(),
                        Optional.of(splits.selection()),
                        splits.report(),
                        origin.calibrationBatches(),
                        origin.data().batchSize(),
                        splits.passedOver())
                .fitting(input);
    }

    private static FamilyData other(
            ModelInput input, Optional<DataProvenance> origin, String nameOrFolder, Match match, Kinds kinds) {
        int batches = origin.map(DataProvenance::calibrationBatches).orElse(CALIBRATION_BATCHES);
        int batchSize = origin.map(o -> o.data().batchSize()).orElse(BATCH_SIZE);
        DataSettings reader = DataSettings.of(input, origin.map(DataProvenance::data), nameOrFolder, kinds);
        OtherData data = reader.other(input, nameOrFolder);
        return new FamilyData(
                        nameOrFolder,
                        match,
                        data.training(),
                        data.selection(),
                        data.report(),
                        batches,
                        batchSize,
                        data.passedOver())
                .fitting(input);
    }

    /** The source of the data as it was given. */
    public String source() {
        return source;
    }

    public Match match() {
        return match;
    }

    /** What lies beside the data and is not read. */
    public List<PassedOver> passedOver() {
        return passedOver;
    }

    /** What members are recalibrated on, without labels. */
    public Dataset training() {
        return training;
    }

    /** What members are chosen by; absent for data that the family was not trained on and that brings none. */
    public Optional<? extends Dataset> selection() {
        return selection;
    }

    /** What no choice has seen. */
    public Dataset report() {
        return report;
    }

    /** How many batches recalibrate a member. */
    public int calibrationBatches() {
        return calibrationBatches;
    }

    /** The examples in each of these batches. */
    public int batchSize() {
        return batchSize;
    }

    /** What a result must say of these examples; empty where they are those that the family was trained on. */
    public Optional<String> remark() {
        return switch (match) {
            case VERIFIED -> Optional.empty();
            case UNVERIFIED ->
                Optional.of(source
                        + " could not be verified: the model's file has no fingerprints of what it was trained on, so examples that"
                        + " are held out here may have been trained on.");
            case OTHER ->
                Optional.of(
                        source
                                + " is other data than the model was trained on, or has changed since: what was trained on may be among it.");
        };
    }

    /**
     * These examples, if they are not other ones than the family was trained on: for work that makes something of them.
     *
     * @throws InputException when they are
     */
    public FamilyData requireAsTrained() {
        if (match == Match.OTHER) {
            throw new InputException(source
                    + " must hold what the family was trained on, to recalibrate a member, but holds something else. Give that"
                    + " data, or a member that the family keeps.");
        }
        return this;
    }

    private FamilyData fitting(ModelInput input) {
        input.requireReads(source, report);
        return this;
    }

    private static boolean isSame(String given, String trained) {
        if (given.equals(trained)) {
            return true;
        }
        try {
            return Files.exists(Path.of(given))
                    && Files.exists(Path.of(trained))
                    && Files.isSameFile(Path.of(given), Path.of(trained));
        } catch (IOException | InvalidPathException e) {
            return false; // opening it says what is wrong
        }
    }
}
