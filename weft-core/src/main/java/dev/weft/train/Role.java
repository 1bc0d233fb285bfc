package dev.weft.train;

/** Why a member trains at a step; it decides loss and regularisation. Prints in lower case. */
public enum Role {
    LARGEST,
    SMALLEST,
    RANDOM;

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
