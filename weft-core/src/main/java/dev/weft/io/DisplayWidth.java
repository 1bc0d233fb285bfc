package dev.weft.io;

/**
 * How many columns of a terminal text takes: two for an ideograph, a syllable of Hangul or a picture, none for an accent that is
 * joined to the letter before it.
 */
final class DisplayWidth {
    /** First and last code points of what is wide or full-width in Unicode's annex 11, in order; rare scripts are left out. */
    private static final int[][] WIDE = {
        {0x1100, 0x115F},
        {0x2E80, 0x303E},
        {0x3041, 0xA4CF},
        {0xA960, 0xA97C},
        {0xAC00, 0xD7A3},
        {0xF900, 0xFAFF},
        {0xFE30, 0xFE6F},
        {0xFF01, 0xFF60},
        {0xFFE0, 0xFFE6},
        {0x1F300, 0x1F64F},
        {0x1F680, 0x1F6FF},
        {0x1F900, 0x1F9FF},
        {0x20000, 0x3FFFD}
    };

    private DisplayWidth() {}

    static int of(String text) {
        return text.codePoints().map(DisplayWidth::of).sum();
    }

    /** The text's beginning, in at most {@code columns} columns; an ellipsis says that there is more. */
    static String cut(String text, int columns) {
        if (of(text) <= columns) {
            return text;
        }
        StringBuilder kept = new StringBuilder();
        int width = 0;
        for (int codePoint : text.codePoints().toArray()) {
            width += of(codePoint);
            if (width > columns - 1) {
                break;
            }
            kept.appendCodePoint(codePoint);
        }
        return columns < 1 ? "" : kept + "…";
    }

    private static int of(int codePoint) {
        int type = Character.getType(codePoint);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK || type == Character.FORMAT) {
            return 0;
        }
        for (int[] range : WIDE) {
            if (codePoint >= range[0] && codePoint <= range[1]) {
                return 2;
            }
        }
        return 1;
    }
}
