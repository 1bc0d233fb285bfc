package dev.weft.metric;

import java.util.Locale;
import java.util.Objects;

/**
 * How people read a number.
 *
 * @param unit after the number; may be empty
 * @param decimals of the number in its unit
 */
public record Form(Scale scale, String unit, int decimals) {
    /** What the number is, which decides the units it is shown in. */
    public enum Scale {
        /** A part of a whole, 0 to 1, in percent. */
        SHARE,
        /** A count, in thousands, millions or billions where many stand together. */
        COUNT,
        /** A size in bytes. */
        BYTES,
        /** Anything else that is not below 0, in its own unit. */
        PLAIN,
        /** A number of either sign, in its own unit. */
        SIGNED
    }

    /** A part from 0 to 1 in percent. */
    public static final Form SHARE = new Form(Scale.SHARE, "%", 1);

    /** A number of bytes. */
    public static final Form BYTES = new Form(Scale.BYTES, "", 0);

    public Form {
        Objects.requireNonNull(scale, "scale");
        Objects.requireNonNull(unit, "unit");
    }

    /** A count. */
    public static Form count(int decimals) {
        return new Form(Scale.COUNT, "", decimals);
    }

    /** A number of at least 0 in its own unit. */
    public static Form plain(String unit, int decimals) {
        return new Form(Scale.PLAIN, unit, decimals);
    }

    /** A number of either sign in its own unit. */
    public static Form signed(String unit, int decimals) {
        return new Form(Scale.SIGNED, unit, decimals);
    }

    /** What a value is divided by before it is shown. */
    public double divisor() {
        return scale == Scale.SHARE ? 0.01 : 1;
    }

    /** The number without its unit: {@code 86.1}, {@code 1,234}, {@code 0.412}. */
    public String number(double value) {
        String flags = scale == Scale.COUNT || scale == Scale.BYTES ? "%,.0f" : "%." + decimals + "f";
        return String.format(Locale.ROOT, flags, value / divisor());
    }

    /** The number and its unit on one line: {@code 86.1 %}. */
    public String withUnit(double value) {
        return unit.isEmpty() ? number(value) : number(value) + "\u00a0" + unit;
    }

    /** Whether a value can be one of these: it is finite, a share lies between 0 and 1, and only what is signed is below 0. */
    public boolean allows(double value) {
        return switch (scale) {
            case SHARE -> value >= 0 && value <= 1;
            case COUNT, BYTES, PLAIN -> value >= 0 && value <= Double.MAX_VALUE;
            case SIGNED -> Double.isFinite(value);
        };
    }

    /**
     * The unit in which values up to {@code largest} stand in one column.
     *
     * @param divisor from the value to what is shown
     */
    public record Column(String unit, double divisor, int decimals) {}

    /** The column of values up to {@code largest}. */
    public Column column(double largest) {
        if (scale == Scale.BYTES) {
            return largest >= 1e7 ? new Column("MB", 1e6, 1) : new Column("kB", 1e3, 0);
        }
        if (scale == Scale.COUNT) {
            return largest >= 1e9
                    ? new Column("billion", 1e9, decimals)
                    : largest >= 1e6 ? new Column("million", 1e6, decimals) : new Column("thousand", 1e3, decimals);
        }
        return new Column(unit, divisor(), decimals);
    }
}
