package dev.weft.search;

import dev.weft.io.InputException;
import dev.weft.metric.Metrics;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A limit on one metric; prints as {@code params<=200000}.
 *
 * @param upper whether values up to the limit are allowed ({@code <=}), or values from it ({@code >=})
 * @param limit finite
 */
public record Bound(String metric, boolean upper, double limit) {
    private static final Pattern FORM =
            Pattern.compile("\\s*([A-Za-z0-9_][A-Za-z0-9_.-]*)\\s*(<=|>=)\\s*([^<>=\\s]+)\\s*");

    public Bound {
        metric = Metrics.resolve(metric);
        if (!Double.isFinite(limit)) {
            throw new InputException("The limit of " + metric + " must be a finite number, but got " + limit + ".");
        }
    }

    /**
     * @param known the metrics there are
     * @throws InputException when the text is not a known metric, {@code <=} or {@code >=}, and a finite number
     */
    public static Bound parse(String text, Metrics known) {
        String where = "Constraint \"" + text.strip() + "\"";
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new InputException(
                    where + " must be METRIC<=NUMBER or METRIC>=NUMBER, for instance latencyMillis<=2.");
        }
        String metric = known.goal(form.group(1), where).key();
        double limit;
        try {
            limit = Double.parseDouble(form.group(3));
        } catch (NumberFormatException e) {
            throw new InputException(where + ": the limit must be a number, but got \"" + form.group(3) + "\".", e);
        }
        if (!Double.isFinite(limit)) {
            throw new InputException(where + ": the limit must be a finite number, but got " + form.group(3) + ".");
        }
        return new Bound(metric, form.group(2).equals("<="), limit);
    }

    public boolean holds(double value) {
        return upper ? value <= limit : value >= limit;
    }

    /** How far {@code value} is beyond the limit, relative to the limit; 0 within it. */
    double excess(double value) {
        double beyond = upper ? value - limit : limit - value;
        return Math.max(0, beyond) / Math.max(Math.abs(limit), 1e-9);
    }

    /** Whole numbers without a decimal point. */
    static String print(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    @Override
    public String toString() {
        return metric + (upper ? "<=" : ">=") + print(limit);
    }
}
