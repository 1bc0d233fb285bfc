package dev.weft.loss;

/** Why a member trains at a step; it decides loss and regularisation. Prints in lower case. */
public enum Role {
    LARGEST,
    SMALLEST,
    RANDOM,
    /** All members at once, in the parts that the logits of a blend give them. */
    BLEND,
    /** The member that a search by gradient would choose now. */
    CHOSEN;

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
