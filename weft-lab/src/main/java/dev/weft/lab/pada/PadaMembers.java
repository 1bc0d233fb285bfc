package dev.weft.lab.pada;

import dev.weft.lab.cells.AnchorRanking;
import dev.weft.lab.cells.GroundTruth;
import java.util.List;

/** The accuracy of every anchor with the weights of a trained arm, parts of 1: a document of the results. */
record PadaMembers(String arm, long seed, List<Double> scores) {
    AnchorRanking ranking(GroundTruth truth) {
        return AnchorRanking.of(scores, truth);
    }
}
