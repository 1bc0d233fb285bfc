package dev.weft.trust;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What may be concluded about the order of some members. */
public enum Verdict {
    /** Fewer than five members: even a perfect order would say nothing. */
    @JsonProperty("too-few")
    TOO_FEW,
    /** All scores are equal, or all truths: there is no order. */
    @JsonProperty("all-tie")
    ALL_TIE,
    /** The interval of τ holds 0. */
    @JsonProperty("chance")
    CHANCE,
    /** The interval of τ is under 0: higher scores are worse. */
    @JsonProperty("reversed")
    REVERSED,
    /** The interval of τ is over 0; how well a second training would rank is not known. */
    @JsonProperty("better-than-chance")
    BETTER_THAN_CHANCE,
    /** Two trainings of the members do not rank each other better than chance: there is no ranking to be claimed. */
    @JsonProperty("noise")
    NOISE,
    /** Better than chance, and worse than a second training. */
    @JsonProperty("below-floor")
    BELOW_FLOOR,
    /** The ranking cannot be told from that of a second training, and what was measured does not show that they are equally good. */
    @JsonProperty("not-distinguishable")
    NOT_DISTINGUISHABLE,
    /** The scores are as good as a second training: the interval of the difference holds 0 and lies within the margin of equivalence. */
    @JsonProperty("at-floor")
    AT_FLOOR,
    /** Better than a second training. */
    @JsonProperty("above-floor")
    ABOVE_FLOOR;

    static Verdict of(Ranking ranking, RankQuality quality, NoiseFloor floor, double margin) {
        if (ranking.scores().stream().distinct().count() < 2
                || ranking.truths().stream().distinct().count() < 2) {
            return ranking.size() < 2 ? TOO_FEW : ALL_TIE;
        }
        if (!quality.tau().isBounded()) {
            return TOO_FEW;
        }
        boolean known = floor != null && floor.isKnown();
        if (known && !floor.tau().isPositive()) {
            return NOISE;
        }
        if (quality.tau().isNegative()) {
            return REVERSED;
        }
        if (!quality.tau().isPositive()) {
            return CHANCE;
        }
        if (!known) {
            return BETTER_THAN_CHANCE;
        }
        Estimate difference = floor.difference();
        if (difference.isPositive()) {
            return ABOVE_FLOOR;
        }
        if (difference.isNegative()) {
            return BELOW_FLOOR;
        }
        return difference.isWithin(margin) ? AT_FLOOR : NOT_DISTINGUISHABLE;
    }

    /** Whether the scores say something of the order. */
    public boolean ranks() {
        return switch (this) {
            case BETTER_THAN_CHANCE, BELOW_FLOOR, NOT_DISTINGUISHABLE, AT_FLOOR, ABOVE_FLOOR -> true;
            case TOO_FEW, ALL_TIE, CHANCE, REVERSED, NOISE -> false;
        };
    }
}
