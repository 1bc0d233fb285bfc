package dev.weft.delta;

/** What has to fit before deltas are added. */
final class Shapes {
    private Shapes() {}

    static void requireEqual(Delta one, Delta other) {
        if (!one.shape().equals(other.shape())) {
            throw new IllegalArgumentException("Deltas that are added must have the same shape, but have " + one.shape()
                    + " and " + other.shape() + ".");
        }
    }
}
