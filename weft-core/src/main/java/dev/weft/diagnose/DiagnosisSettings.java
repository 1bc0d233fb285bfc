package dev.weft.diagnose;

import dev.weft.io.InputException;

/**
 * How much is measured.
 *
 * @param members of the conflict map
 * @param batches that the conflict map is averaged over
 * @param draws of gradients for their variance
 * @param seed of members, batches and draws
 */
public record DiagnosisSettings(int members, int batches, int draws, long seed) {
    public DiagnosisSettings {
        if (members < 2 || batches < 1 || draws < 2) {
            throw new InputException("A diagnosis must have members >= 2, batches >= 1 and draws >= 2, but got members="
                    + members + ", batches=" + batches + ", draws=" + draws + ".");
        }
    }
}
