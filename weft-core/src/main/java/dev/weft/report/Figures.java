package dev.weft.report;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.Locale;

/** Numbers as the pages print them. */
public final class Figures {
    private Figures() {}

    /** {@code 86.1 %} with a space that does not break. */
    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f\u00a0%%", 100 * share);
    }

    /** A share of agreement, cut and not rounded: only full agreement reads {@code 100 %}. */
    static String agreement(double share) {
        return share >= 1 ? "100\u00a0%" : percent(Math.floor(share * 1000) / 1000);
    }

    /** Three significant digits: {@code 0.412}, {@code 1.24}, {@code 12.4}. */
    public static String significant(double value) {
        if (value == 0) return "0";
        int whole = (int) Math.floor(Math.log10(Math.abs(value))) + 1;
        return String.format(Locale.ROOT, "%." + Math.max(0, 3 - whole) + "f", value);
    }

    /** So many digits after the point; what rounds to nothing has no sign. */
    static String fixed(double value, int decimals) {
        String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
        return text.matches("-0(\\.0*)?") ? text.substring(1) : text;
    }

    /** The value with at most six significant digits and no power of ten: {@code 0.0005}, {@code 2.5}. */
    public static String plain(double value) {
        return new BigDecimal(value)
                .round(new MathContext(6))
                .stripTrailingZeros()
                .toPlainString();
    }

    /** {@code 2.4e-6}. */
    static String scientific(double value) {
        return value == 0 ? "0" : String.format(Locale.ROOT, "%.1e", value).replaceFirst("e([-+])0", "e$1");
    }

    static String grouped(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** Whole numbers up to seven digits in full, longer ones as {@code 2.36 × 10⁸}; other text as it is. */
    public static String large(String digits) {
        if (!digits.matches("\\d+")) return digits;
        BigInteger value = new BigInteger(digits);
        if (value.bitLength() < 24 && value.intValue() < 10_000_000) return grouped(value.longValue());
        String plain = value.toString();
        int exponent = plain.length() - 1;
        double mantissa = Math.floor(Double.parseDouble(plain.charAt(0) + "." + plain.substring(1, 4)) * 100) / 100;
        StringBuilder power = new StringBuilder();
        for (char c : Integer.toString(exponent).toCharArray()) power.append("⁰¹²³⁴⁵⁶⁷⁸⁹".charAt(c - '0'));
        return String.format(Locale.ROOT, "%.2f\u00a0×\u00a010%s", mantissa, power);
    }
}
