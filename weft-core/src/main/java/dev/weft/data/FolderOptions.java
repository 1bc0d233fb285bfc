package dev.weft.data;

import dev.weft.io.InputException;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * How a folder of images becomes a data set.
 *
 * @param side every image is resized to side x side pixels (stretched); empty: their own size if all images have the same and no
 *     side of it is over 128, else 64 x 64
 * @param colour whether to read one channel or three
 * @param background what transparent pictures are laid on
 * @param centreCrop the part of a picture's shorter side that is seen: its shape is kept and its centre is cut out. Empty: stretched
 */
public record FolderOptions(OptionalInt side, Colour colour, Background background, OptionalDouble centreCrop) {
    /** The side, in pixels, that images of several sizes are brought to. */
    public static final int DEFAULT_SIDE = 64;

    /** The largest side, in pixels, of images that keep their own size. */
    public static final int MAX_COMMON_SIDE = 128;

    private static final int MAX_SIDE = 2048;

    /** The smallest {@link #centreCrop}. */
    private static final double MIN_CENTRE_CROP = 0.1;

    public FolderOptions {
        if (centreCrop.isPresent() && !(centreCrop.getAsDouble() >= MIN_CENTRE_CROP && centreCrop.getAsDouble() <= 1)) {
            throw new InputException(
                    "data.centreCrop must be from " + MIN_CENTRE_CROP + " to 1, but is " + centreCrop.getAsDouble());
        }
        if (centreCrop.isPresent() && side.isEmpty()) {
            throw new InputException(
                    "data.centreCrop must have data.imageSize, the side of what is cut out, but has none");
        }
        if (side.isPresent() && (side.getAsInt() < 1 || side.getAsInt() > MAX_SIDE)) {
            throw new InputException("Image size must be from 1 to " + MAX_SIDE + " pixels, but is " + side.getAsInt());
        }
    }

    public static FolderOptions defaults() {
        return new FolderOptions(OptionalInt.empty(), Colour.AS_FOUND, Background.WHITE, OptionalDouble.empty());
    }

    public FolderOptions withSide(int side) {
        return new FolderOptions(OptionalInt.of(side), colour, background, centreCrop);
    }

    public FolderOptions withColour(Colour colour) {
        return new FolderOptions(side, colour, background, centreCrop);
    }

    public FolderOptions withBackground(Background background) {
        return new FolderOptions(side, colour, background, centreCrop);
    }

    public FolderOptions withCentreCrop(double part) {
        return new FolderOptions(side, colour, background, OptionalDouble.of(part));
    }
}
