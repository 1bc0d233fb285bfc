package dev.weft.data;

import java.util.List;
import java.util.Optional;

/**
 * A source of labelled images as its makers cut it: a training part and, where there are, a validation part and a test part. All
 * have the same classes and image size.
 *
 * @param passedOver what lies beside the images and is not read
 */
public record ImageParts(
        String name,
        ImageDataset train,
        Optional<ImageDataset> validation,
        Optional<ImageDataset> test,
        List<PassedOver> passedOver) {
    /** The parts of a source beside which nothing was passed over. */
    public ImageParts(String name, ImageDataset train, Optional<ImageDataset> validation, Optional<ImageDataset> test) {
        this(name, train, validation, test, List.of());
    }

    public ImageParts {
        passedOver = List.copyOf(passedOver);
        requireAlike(train, validation);
        requireAlike(train, test);
    }

    /** The part to measure on when nothing is trained: the test part or, where there is none, the training part. */
    public ImageDataset testOrTrain() {
        return test.orElse(train);
    }

    private static void requireAlike(ImageDataset train, Optional<ImageDataset> other) {
        other.ifPresent(o -> {
            if (!o.classes().equals(train.classes())
                    || o.channels() != train.channels()
                    || o.height() != train.height()
                    || o.width() != train.width()) {
                throw new IllegalArgumentException(
                        o.name() + " and " + train.name() + " differ in classes or image size");
            }
        });
    }
}
