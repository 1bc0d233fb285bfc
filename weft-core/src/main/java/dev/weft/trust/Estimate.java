package dev.weft.trust;

import java.util.Locale;

/**
 * A measured number and how sure it is.
 *
 * @param value NaN where it is not defined, as a rank correlation of values that all tie; written to JSON as {@code null}
 * @param low of the interval; NaN where there is none
 * @param high of the interval; NaN where there is none
 */
public record Estimate(double value, double low, double high) {
    /** A number of which no interval is known. */
    static Estimate alone(double value) {
        return new Estimate(value, Double.NaN, Double.NaN);
    }

    /** Whether an interval is known. */
    public boolean isBounded() {
        return !Double.isNaN(low) && !Double.isNaN(high);
    }

    /** Whether the whole interval is over 0. */
    public boolean isPositive() {
        return low > 0;
    }

    /** Whether the whole interval is under 0. */
    public boolean isNegative() {
        return high < 0;
    }

    /** Whether the whole interval lies from {@code -margin} to {@code margin}. */
    boolean isWithin(double margin) {
        return low >= -margin && high <= margin;
    }

    /** The estimate with an interval at least as wide as {@code halfWidth} to each side, within {@code -bound} and {@code bound}. */
    Estimate noNarrowerThan(double halfWidth, double bound) {
        return !isBounded()
                ? this
                : new Estimate(
                        value,
                        Math.max(-bound, Math.min(low, value - halfWidth)),
                        Math.min(bound, Math.max(high, value + halfWidth)));
    }

    /** Wide enough for the value: a resample has fewer distinct members, among which less is missed. */
    Estimate containing() {
        return isBounded() ? new Estimate(value, Math.min(low, value), Math.max(high, value)) : this;
    }

    /** What is not defined. */
    static Estimate none() {
        return alone(Double.NaN);
    }

    /** {@code 0.49 (0.47 to 0.50)}; a dash where nothing is defined. */
    public String text() {
        if (Double.isNaN(value)) {
            return "–";
        }
        return isBounded() ? text(value) + " (" + text(low) + " to " + text(high) + ")" : text(value);
    }

    /** Does what {@link #text()} does, for a table: where too few members have no interval, it says so. */
    public String cell() {
        return Double.isNaN(value) || isBounded() ? text() : text() + " (too few)";
    }

    /** Two decimals, with a minus that is one, and none before zero. */
    static String text(double number) {
        String text = String.format(Locale.ROOT, "%.2f", number);
        return text.equals("-0.00") ? "0.00" : text.replace('-', '−');
    }
}
