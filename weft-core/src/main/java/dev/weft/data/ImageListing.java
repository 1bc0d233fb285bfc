package dev.weft.data;

/**
 * Images that go by a name.
 *
 * @param name what {@link DataCatalog#open} takes
 * @param available whether they are on this machine
 * @param train number of training images
 * @param test number of test images
 * @param image size and colour, as {@code 28x28 grey}
 * @param howTo where they are, or how to get them
 */
public record ImageListing(
        String name, boolean available, int train, int test, int classes, String image, String licence, String howTo)
        implements DataListing {
    @Override
    public String kind() {
        return "images";
    }
}
