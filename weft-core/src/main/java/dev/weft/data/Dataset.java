package dev.weft.data;

/**
 * Examples with stable ids, that do not change: images with their classes, or windows of a text with the tokens that come next.
 * May be read from many threads at once.
 */
public interface Dataset {
    /** The name for records and messages, for instance {@code fashion-mnist-10k/train}. */
    String name();

    /** What its examples are called where they are counted: {@code images}. */
    default String noun() {
        return "examples";
    }

    /** The number of examples. */
    int size();

    /** An id that stays with the example. Unique within a data set and between the splits of one source. */
    String id(int index);

    /** How many predictions an example asks for: 1 for an image, one a token for text. */
    int predictions(int index);

    /** SHA-256 that says which examples these are, as records of splits hold it. */
    String idsSha256();

    /**
     * SHA-256 of what the examples hold, in order.
     *
     * @throws dev.weft.io.InputException when a file cannot be read any more
     */
    String contentSha256();

    /**
     * Some examples, unchanged; the tensors belong to the caller's scope.
     *
     * @param indices of examples with equally many predictions
     */
    Batch batch(int[] indices);

    /**
     * Training batches of unchanged examples.
     *
     * @param seed of their order
     * @throws dev.weft.io.InputException when there are too few examples for one batch
     */
    Batches batches(int batchSize, long seed);

    /**
     * Two parts that share no example: images are drawn by the seed, a text is cut by position.
     *
     * @param part of the examples, over 0 and under 1, that go to the second
     * @throws dev.weft.io.InputException when a part would be empty
     */
    Halves halves(double part, long seed);

    /** The parts of a data set that was cut in two. */
    record Halves(Dataset first, Dataset second) {}

    /**
     * Refuses batches that no tensor holds.
     *
     * @throws dev.weft.io.InputException with what to do
     */
    void requireFits(int batchSize);
}
