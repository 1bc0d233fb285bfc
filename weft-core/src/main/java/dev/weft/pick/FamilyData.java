package dev.weft.pick;

import dev.weft.data.Colour;
import dev.weft.data.DataCatalog;
import dev.weft.data.Dataset;
import dev.weft.data.FolderOptions;
import dev.weft.data.ImageDataset;
import dev.weft.data.ImageParts;
import dev.weft.data.Splits;
import dev.weft.data.TextSource;
import dev.weft.data.TextWindows;
import dev.weft.io.InputException;
import dev.weft.model.Family;
import dev.weft.model.ImageInput;
import dev.weft.model.ModelInput;
import dev.weft.model.TextInput;
import dev.weft.train.DataSettings;
import dev.weft.train.Origin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The examples that a family's members are recalibrated, chosen and reported on.
 *
 * @param source as it was given
 * @param training what members are recalibrated on, without labels
 * @param selection what members are chosen by; absent for data that the family was not trained on and that brings none
 * @param report what no choice has seen
 * @param calibrationBatches how many batches recalibrate a member
 * @param batchSize of these batches
 */
public record FamilyData(
        String source,
        Dataset training,
        Optional<? extends Dataset> selection,
        Dataset report,
        int calibrationBatches,
        int batchSize) {
    private static final int CALIBRATION_BATCHES = 20;
    private static final int BATCH_SIZE = 128;

    /**
     * The data that the family was trained on, cut into the same splits.
     *
     * @throws InputException when its file does not say which, or it is not there any more
     */
    public static FamilyData asTrained(Family family) {
        Origin origin = Origin.of(family.notes())
                .orElseThrow(() -> new InputException(
                        "The family's file does not say what it was trained on. Give the data: --data NAME_OR_DIR"));
        DataSettings data = origin.data();
        Splits splits = data.open(origin.seed());
        return fitting(
                new FamilyData(
                        data.source(),
                        splits.train(),
                        Optional.of(splits.selection()),
                        splits.report(),
                        origin.calibrationBatches(),
                        data.batchSize()),
                family);
    }

    /**
     * Any data that fits the family. What the family was trained on is cut as in training; of other data the report split is the test
     * part, or, where there is none, all of it.
     *
     * @param nameOrFolder as {@link DataCatalog#open} takes it
     * @throws InputException when its images or classes are not those that the model reads
     */
    public static FamilyData of(Family family, String nameOrFolder) {
        Optional<Origin> origin = Origin.of(family.notes());
        if (origin.isPresent() && isSame(nameOrFolder, origin.get().data().source())) {
            return asTrained(family);
        }
        int batches = origin.map(Origin::calibrationBatches).orElse(CALIBRATION_BATCHES);
        int batchSize = origin.map(o -> o.data().batchSize()).orElse(BATCH_SIZE);
        ModelInput input = family.definition().input();
        if (input instanceof TextInput text) {
            TextWindows all = TextWindows.of(TextSource.open(nameOrFolder), text.tokenizer(), text.contextLength());
            return new FamilyData(nameOrFolder, all, Optional.empty(), all, batches, batchSize);
        }
        ImageInput images = (ImageInput) input;
        FolderOptions options = FolderOptions.defaults()
                .withSide(images.size())
                .withColour(images.channels() == 1 ? Colour.GREY : Colour.COLOUR);
        ImageParts parts = DataCatalog.open(nameOrFolder, options);
        return fitting(
                new FamilyData(
                        nameOrFolder, parts.train(), parts.validation(), parts.testOrTrain(), batches, batchSize),
                family);
    }

    private static FamilyData fitting(FamilyData data, Family family) {
        if (family.definition().input() instanceof ImageInput input && data.report instanceof ImageDataset images) {
            requireFit(data.source, images, input);
        } else if (!(family.definition().input() instanceof TextInput input
                && data.report instanceof TextWindows text
                && text.tokenizer().equals(input.tokenizer())
                && text.contextLength() <= input.contextLength())) {
            throw new InputException(String.format(
                    Locale.ROOT,
                    "%s must hold what the family reads, %s, but has changed since it was trained.",
                    data.source,
                    family.definition().input().description()));
        }
        return data;
    }

    private static void requireFit(String source, ImageDataset images, ImageInput input) {
        if (images.channels() != input.channels()
                || images.height() != input.size()
                || images.width() != input.size()) {
            throw new InputException(String.format(
                    Locale.ROOT,
                    "%s must have the images the family reads, %s, but has %s. Give other data or another family.",
                    source,
                    describe(input.channels(), input.size(), input.size()),
                    describe(images.channels(), images.height(), images.width())));
        }
        // IDX files have no class names: there a class is its number.
        List<String> numbers = IntStream.range(0, input.classes().size())
                .mapToObj(String::valueOf)
                .toList();
        if (!images.classes().equals(input.classes()) && !images.classes().equals(numbers)) {
            throw new InputException(String.format(
                    Locale.ROOT,
                    "%s must have the classes of the family, %s, but has %s.",
                    source,
                    input.classes(),
                    images.classes()));
        }
    }

    private static String describe(int channels, int height, int width) {
        return height + "x" + width + (channels == 1 ? " grey" : " colour");
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
