package dev.weft.cost;

import java.util.OptionalInt;

/** Least squares {@code min |X c - y|²} for few columns, by the normal equations {@code XᵀX c = Xᵀy} and Cholesky's method. */
final class LeastSquares {
    private static final double SMALLEST_PIVOT = 1e-9; // of the column's own square

    private final double[][] square; // XᵀX, its lower half overwritten with the factor L
    private final double[] right;
    private final OptionalInt dependent;

    /** @param x a row an equation; @param y as many */
    LeastSquares(double[][] x, double[] y) {
        int columns = x[0].length;
        square = new double[columns][columns];
        right = new double[columns];
        for (int row = 0; row < x.length; row++) {
            for (int i = 0; i < columns; i++) {
                right[i] += x[row][i] * y[row];
                for (int j = 0; j <= i; j++) {
                    square[i][j] += x[row][i] * x[row][j];
                }
            }
        }
        dependent = factor();
    }

    private OptionalInt factor() {
        for (int i = 0; i < right.length; i++) {
            double own = square[i][i];
            for (int j = 0; j <= i; j++) {
                double sum = square[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= square[i][k] * square[j][k];
                }
                if (i == j && !(sum > SMALLEST_PIVOT * own)) {
                    return OptionalInt.of(i);
                }
                square[i][j] = i == j ? Math.sqrt(sum) : sum / square[j][j];
            }
        }
        return OptionalInt.empty();
    }

    /** A column that is a sum of multiples of those before it, so that its coefficient could be any. */
    OptionalInt dependent() {
        return dependent;
    }

    /** The coefficients, one a column; only when no column is {@link #dependent}. */
    double[] coefficients() {
        double[] c = right.clone();
        for (int i = 0; i < c.length; i++) { // L z = Xᵀy
            for (int k = 0; k < i; k++) {
                c[i] -= square[i][k] * c[k];
            }
            c[i] /= square[i][i];
        }
        for (int i = c.length - 1; i >= 0; i--) { // Lᵀ c = z
            for (int k = i + 1; k < c.length; k++) {
                c[i] -= square[k][i] * c[k];
            }
            c[i] /= square[i][i];
        }
        return c;
    }
}
