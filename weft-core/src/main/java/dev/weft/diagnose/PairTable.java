package dev.weft.diagnose;

/** A number for every unordered pair of members, NaN where there is none. */
final class PairTable {
    private final double[][] values;

    PairTable(double[][] values) {
        this.values = values;
    }

    /** Says which pairs are taken. */
    @FunctionalInterface
    interface Pairs {
        boolean has(int i, int j);
    }

    int members() {
        return values.length;
    }

    double mean(Pairs pairs) {
        double sum = 0;
        int count = 0;
        for (int i = 0; i < values.length; i++) {
            for (int j = 0; j < i; j++) {
                if (!Double.isNaN(values[i][j]) && pairs.has(i, j)) {
                    sum += values[i][j];
                    count++;
                }
            }
        }
        return count == 0 ? Double.NaN : sum / count;
    }

    int count(Pairs pairs) {
        int count = 0;
        for (int i = 0; i < values.length; i++) {
            for (int j = 0; j < i; j++) {
                count += !Double.isNaN(values[i][j]) && pairs.has(i, j) ? 1 : 0;
            }
        }
        return count;
    }

    double lowest() {
        double lowest = Double.NaN;
        for (int i = 0; i < values.length; i++) {
            for (int j = 0; j < i; j++) {
                lowest = Double.isNaN(lowest) || values[i][j] < lowest ? values[i][j] : lowest;
            }
        }
        return lowest;
    }

    /**
     * {@code mean(first) − mean(second)} and its standard error by the jackknife over members: pairs that have a member in common are
     * not independent, members are. NaN where leaving one member out leaves no pair.
     */
    double[] difference(Pairs first, Pairs second) {
        int count = values.length;
        double[] without = new double[count];
        double mean = 0;
        for (int k = 0; k < count; k++) {
            int left = k;
            without[k] = mean((i, j) -> i != left && j != left && first.has(i, j))
                    - mean((i, j) -> i != left && j != left && second.has(i, j));
            mean += without[k] / count;
        }
        double squares = 0;
        for (double each : without) {
            squares += (each - mean) * (each - mean);
        }
        return new double[] {mean(first) - mean(second), Math.sqrt(squares * (count - 1) / count)};
    }
}
