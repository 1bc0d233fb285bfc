package dev.weft.stats;

/**
 * A share of independent trials, as accuracy is the share of examples that were classified rightly, with its 95 % interval: what the
 * share of all such examples may be, of which these were drawn.
 *
 * <p>The interval is Wilson's (Journal of the American Statistical Association 22, 1927, 209-212), which stays within 0 and 1 and
 * holds for few examples and for shares at the ends: with p the share, n the trials and z = 1.96, its middle is (p + z²/2n) / (1 + z²/n) and its
 * half width z √(p(1-p)/n + z²/4n²) / (1 + z²/n). It says nothing about other training runs, or about examples drawn otherwise.
 *
 * @param share of the trials that succeeded, from 0 to 1
 * @param trials how many there were
 */
public record Proportion(double share, long trials) {
    private static final double Z = 1.959963984540054;

    public Proportion {
        if (!(share >= 0 && share <= 1) || trials < 1) {
            throw new IllegalArgumentException(
                    "a proportion must have a share from 0 to 1 of at least one trial, but got " + share + " of "
                            + trials);
        }
    }

    /** The lower end of the 95 % interval. */
    public double low() {
        return share == 0 ? 0 : middle() - halfWidth();
    }

    /** The upper end of the 95 % interval. */
    public double high() {
        return share == 1 ? 1 : middle() + halfWidth();
    }

    private double middle() {
        return (share + Z * Z / (2 * trials)) / (1 + Z * Z / trials);
    }

    private double halfWidth() {
        return Z * Math.sqrt(share * (1 - share) / trials + Z * Z / (4.0 * trials * trials)) / (1 + Z * Z / trials);
    }
}
