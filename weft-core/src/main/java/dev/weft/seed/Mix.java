package dev.weft.seed;

/**
 * Random bits as a pure function of a few numbers (the finaliser of SplitMix64): the same on every Java version, and no state to
 * store in a checkpoint.
 */
public final class Mix {
    private Mix() {}

    /** 64 well-mixed bits of the sequence of values. */
    public static long bits(long... values) {
        long state = 0;
        for (long value : values) {
            state = finish(state + 0x9E3779B97F4A7C15L + finish(value));
        }
        return state;
    }

    /** Does what {@link #bits} does, for a text. */
    public static long bits(long seed, String text) {
        long hash = 0xCBF29CE484222325L; // FNV-1a
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001B3L;
        }
        return bits(seed, hash);
    }

    /** A number from 0 to bound - 1 made of the upper half of the bits. */
    public static int below(int bound, long bits) {
        return (int) (((bits >>> 32) * bound) >>> 32);
    }

    /** The numbers 0 to size - 1 in an order that the key alone decides (Fisher-Yates). */
    public static int[] permutation(int size, long key) {
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            int other = below(i + 1, bits(key, i));
            order[i] = order[other];
            order[other] = i;
        }
        return order;
    }

    private static long finish(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
