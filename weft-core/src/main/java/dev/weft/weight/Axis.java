package dev.weft.weight;

import dev.weft.space.Dim;
import dev.weft.space.Member;

/**
 * One axis of a stored tensor and which part of it a member sees.
 *
 * <p>The axis may be several equal parts laid end to end, as query, key and value are in one {@code qkv} matrix; a weight then
 * sees a piece of one part:
 *
 * <pre>
 *   parts = 3, part = 1      | q q q q | k k k k | v v v v |
 *   size(member) = 2                     [^ ^]
 * </pre>
 *
 * @param size what a member sees of (one part of) the axis
 * @param crop where in the part
 * @param part which part, from 0
 * @param parts how many parts the stored axis has
 * @param blended whether a blend of members mixes their sizes along this axis; see {@link #whole}
 */
public record Axis(Dim size, Crop crop, int part, int parts, boolean blended) {
    /** Says where a smaller size lies in a larger one. */
    public enum Crop {
        /** The first entries: channels, features. */
        PREFIX,
        /** The middle, as a 3×3 kernel lies in a 5×5 one; both sizes must be odd or both even. */
        CENTRE
    }

    public static Axis prefix(Dim size) {
        return new Axis(size, Crop.PREFIX, 0, 1, true);
    }

    public static Axis centre(Dim size) {
        return new Axis(size, Crop.CENTRE, 0, 1, true);
    }

    public static Axis part(int part, int parts, Dim size) {
        return new Axis(size, Crop.PREFIX, part, parts, true);
    }

    /**
     * This axis, which a blend reads at its largest size. For a layer that is not linear in what the axis holds, and whose next
     * weight mixes the sizes instead: scaled queries and keys would change every head's attention, while the projection can
     * weigh whole heads.
     */
    public Axis whole() {
        return new Axis(size, crop, part, parts, false);
    }

    public static Axis fixed(int size) {
        return prefix(Dim.of(size));
    }

    /** This axis by itself, where it is one of several parts. */
    public Axis alone() {
        return new Axis(size, crop, 0, 1, blended);
    }

    /** This axis at the one size that {@code member} picks. */
    public Axis at(Member member) {
        return new Axis(blended ? Dim.of(size.size(member)) : size, crop, part, parts, blended);
    }

    /** The length of the stored axis. */
    public int stored() {
        return parts * size.max();
    }

    public int offset(Member member) {
        int slack = size.max() - size.size(member);
        if (crop == Crop.CENTRE && slack % 2 != 0) {
            throw new IllegalStateException("A centre crop must leave as much on both sides, but crops "
                    + size.size(member) + " of " + size.max() + ".");
        }
        return part * size.max() + (crop == Crop.CENTRE ? slack / 2 : 0);
    }
}
