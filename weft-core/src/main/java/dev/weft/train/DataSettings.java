package dev.weft.train;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.data.Augmentation;
import dev.weft.data.Colour;
import dev.weft.data.DataCatalog;
import dev.weft.data.FolderOptions;
import dev.weft.data.ImageDataset;
import dev.weft.data.ImageSplits;
import dev.weft.data.Normalisation;
import dev.weft.io.InputException;
import dev.weft.model.ImageInput;

/**
 * The data of a recipe.
 *
 * @param source a name of {@code weft data}, or a folder
 * @param selectionSize images held out of the training part for choosing members
 * @param batchSize of training steps
 * @param augmentation of training images
 * @param imageSize what a folder of images of any size is resized to; absent for the images' own size
 * @param colour whether a folder of images is read as colour or grey; absent to take it from the images
 */
public record DataSettings(
        String source,
        int selectionSize,
        int batchSize,
        Augmentation augmentation,
        @JsonInclude(JsonInclude.Include.NON_NULL) Integer imageSize,
        @JsonInclude(JsonInclude.Include.NON_NULL) Colour colour) {
    public DataSettings {
        if (source == null) {
            throw new InputException("Data must have a source: a name of weft data, or a folder.");
        }
        if (selectionSize < 1 || batchSize < 1) {
            throw new InputException("Data must have selectionSize and batchSize >= 1, but got selectionSize="
                    + selectionSize + ", batchSize=" + batchSize + ".");
        }
        augmentation = augmentation == null ? Augmentation.none() : augmentation;
    }

    public DataSettings withSource(String other) {
        return new DataSettings(other, selectionSize, batchSize, augmentation, imageSize, colour);
    }

    /** Opens the source and cuts it into disjoint splits; the same seed gives the same splits. */
    public ImageSplits open(long seed) {
        FolderOptions options = FolderOptions.defaults();
        options = imageSize == null ? options : options.withSide(imageSize);
        options = colour == null ? options : options.withColour(colour);
        return ImageSplits.of(DataCatalog.open(source, options), selectionSize, seed);
    }

    /** What a model reads of these splits; normalisation is measured on the training split. */
    public static ImageInput input(ImageSplits splits) {
        ImageDataset train = splits.train();
        if (train.height() != train.width()) {
            throw new InputException("Images must be square, but those of " + splits.source() + " are " + train.height()
                    + "×" + train.width() + ". Give data.imageSize.");
        }
        Normalisation normalisation = Normalisation.of(train);
        return new ImageInput(
                train.channels(), train.height(), normalisation.mean(), normalisation.std(), train.classes());
    }
}
