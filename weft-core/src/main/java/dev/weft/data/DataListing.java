package dev.weft.data;

/**
 * A data set that goes by a name.
 *
 * @param name what {@link DataCatalog#open} takes
 * @param available whether it is on this machine
 * @param train number of training images
 * @param test number of test images
 * @param image size and colour, as {@code 28x28 grey}
 * @param howTo where it is, or how to get it
 */
public record DataListing(
        String name, boolean available, int train, int test, int classes, String image, String licence, String howTo) {}
