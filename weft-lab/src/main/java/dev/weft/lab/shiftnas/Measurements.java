package dev.weft.lab.shiftnas;

import java.util.List;

/**
 * What was measured beyond the arms' values: what {@code results.json} holds beside the table.
 *
 * @param levels the space before training, the cheapest level first
 * @param curves of the arms with learned levels, seed by seed
 * @param choices one member a level, seed by seed: of A and of the arms with a generator
 * @param simulations of the rule by which levels learn
 */
record Measurements(List<Level> levels, List<Curve> curves, List<Choice> choices, List<ShiftSimulation> simulations) {
    /**
     * A cost level.
     *
     * @param macs its middle
     * @param members how many there are
     * @param share of uniform draws, by enumeration
     */
    record Level(double macs, int members, double share) {}

    /** How likely each level was, over a run. */
    record Curve(String arm, long seed, List<Moment> moments) {}

    /** Probabilities after so many epochs. */
    record Moment(double epoch, List<Double> probabilities) {}

    /** What an arm chose for each level. */
    record Choice(String arm, long seed, List<Pick> picks) {}

    /**
     * A chosen member.
     *
     * @param level that it was to be of, from 0
     * @param found the level that it is of
     * @param selectionAccuracy in percent, of the images it was chosen by, or would have been
     * @param reportAccuracy in percent, of images that nothing was chosen by
     */
    record Pick(int level, int found, String member, double macs, double selectionAccuracy, double reportAccuracy) {}
}
