package dev.weft.lab.study;

import java.util.List;

/** The few statistics that tables of repeated runs need. */
public final class Statistics {
    private Statistics() {}

    /** An interval and its confidence, over 0 and under 1. */
    public record Interval(double low, double high, double confidence) {}

    /** Arithmetic mean of one value or more. */
    public static double mean(List<Double> values) {
        requireCount(values, 1);
        return values.stream().mapToDouble(Double::doubleValue).sum() / values.size();
    }

    /** Sample standard deviation, divided by n - 1, of two values or more. */
    public static double standardDeviation(List<Double> values) {
        requireCount(values, 2);
        double mean = mean(values);
        double squares =
                values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
        return Math.sqrt(squares / (values.size() - 1));
    }

    /**
     * Student's interval for the mean of two values or more, {@code mean ± t(n - 1) · s / √n}. Not for few values that are far from
     * normal; paired differences of accuracies over seeds are near enough.
     */
    public static Interval interval(List<Double> values, double confidence) {
        double half =
                studentQuantile(values.size() - 1, confidence) * standardDeviation(values) / Math.sqrt(values.size());
        return new Interval(mean(values) - half, mean(values) + half, confidence);
    }

    /** The t within whose ± a Student variable lies with this probability: 12.706 for one degree of freedom and 0.95. */
    static double studentQuantile(int degreesOfFreedom, double confidence) {
        if (degreesOfFreedom < 1 || !(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("degrees of freedom must be 1 or more and confidence in (0, 1), but got "
                    + degreesOfFreedom + " and " + confidence);
        }
        double low = 0;
        double high = 1;
        while (studentWithin(high, degreesOfFreedom) < confidence) {
            high *= 2;
        }
        for (int i = 0; i < 200; i++) {
            double middle = (low + high) / 2;
            if (studentWithin(middle, degreesOfFreedom) < confidence) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    /** P(|T| <= t) by the finite series for whole degrees of freedom (Abramowitz and Stegun 26.7.3 and 26.7.4). */
    private static double studentWithin(double t, int degreesOfFreedom) {
        double angle = Math.atan(t / Math.sqrt(degreesOfFreedom));
        double cosine = Math.cos(angle);
        boolean odd = degreesOfFreedom % 2 == 1;
        double term = odd ? cosine : 1;
        double sum = 0;
        for (int k = odd ? 1 : 0; k <= degreesOfFreedom - 2; k += 2) {
            sum += term;
            term *= cosine * cosine * (k + 1) / (k + 2);
        }
        return odd ? 2 / Math.PI * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
    }

    /**
     * The probability that a chi-square variable is at least {@code x}, by the series of the incomplete gamma function: how often
     * counts lie so far from what was expected by chance alone.
     */
    public static double chiSquareTail(double x, int degreesOfFreedom) {
        if (degreesOfFreedom < 1 || !(x >= 0)) {
            throw new IllegalArgumentException(
                    "degrees of freedom must be 1 or more and x >= 0, but got " + degreesOfFreedom + " and " + x);
        }
        double a = degreesOfFreedom / 2.0;
        double gamma = degreesOfFreedom % 2 == 0 ? 1 : Math.sqrt(Math.PI); // of 1 or a half, then of a + 1
        for (double of = degreesOfFreedom % 2 == 0 ? 1 : 0.5; of < a + 1; of++) {
            gamma *= of;
        }
        double term = Math.pow(x / 2, a) * Math.exp(-x / 2) / gamma;
        double sum = 0;
        for (int n = 1; term > sum * 1e-17; n++) {
            sum += term;
            term *= x / 2 / (a + n);
        }
        return Math.max(0, 1 - sum);
    }

    private static void requireCount(List<Double> values, int count) {
        if (values.size() < count) {
            throw new IllegalArgumentException(count + " or more values expected, but got " + values.size());
        }
    }
}
