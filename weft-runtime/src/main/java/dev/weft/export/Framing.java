package dev.weft.export;

import java.util.OptionalDouble;

/**
 * Which pixels of a picture a model sees: a box of it is resized, and a window is cut out of what that gives. Nothing outside the box
 * is seen, by the filter of the resizing either.
 *
 * @param box of the picture
 * @param height that the box is resized to
 * @param width that the box is resized to
 * @param window of the resized box
 */
public record Framing(Box box, int height, int width, Box window) {
    /** A rectangle of whole pixels. */
    public record Box(int top, int left, int height, int width) {
        public Box {
            if (top < 0 || left < 0 || height < 1 || width < 1) {
                throw new IllegalArgumentException(
                        "a box must lie inside a picture, but is " + top + ", " + left + ", " + height + " x " + width);
            }
        }
    }

    public Framing {
        if (window.top() + window.height() > height || window.left() + window.width() > width) {
            throw new IllegalArgumentException(window + " must lie in " + height + " x " + width);
        }
    }

    /** A box, brought to a size whatever its own shape is. */
    public static Framing stretched(Box box, int height, int width) {
        return new Framing(box, height, width, new Box(0, 0, height, width));
    }

    /** The whole picture, brought to a size whatever its own shape is. */
    public static Framing stretched(int pictureHeight, int pictureWidth, int height, int width) {
        return stretched(new Box(0, 0, pictureHeight, pictureWidth), height, width);
    }

    /**
     * The square in the centre of a picture that keeps its shape: its shorter side becomes {@code side / part}, rounded, and the longer one
     * follows, rounded down.
     *
     * @param part of the shorter side that is seen, over 0 and at most 1; usual is 0.875
     */
    public static Framing centred(int pictureHeight, int pictureWidth, int side, double part) {
        int shorter = Math.max(side, (int) Math.round(side / part));
        boolean wide = pictureWidth > pictureHeight;
        int longer =
                (int) ((long) shorter * Math.max(pictureHeight, pictureWidth) / Math.min(pictureHeight, pictureWidth));
        int height = wide ? shorter : longer;
        int width = wide ? longer : shorter;
        return new Framing(
                new Box(0, 0, pictureHeight, pictureWidth),
                height,
                width,
                new Box(centre(height - side), centre(width - side), side, side));
    }

    /** Does what {@link #centred} does with a part, as {@link #stretched(int, int, int, int)} to a square without. */
    public static Framing of(int pictureHeight, int pictureWidth, int side, OptionalDouble centreCrop) {
        return centreCrop.isPresent()
                ? centred(pictureHeight, pictureWidth, side, centreCrop.getAsDouble())
                : stretched(pictureHeight, pictureWidth, side, side);
    }

    private static int centre(int margin) {
        return (int) Math.rint(margin / 2.0); // a half goes to the even number
    }
}
