package dev.weft.lab.gm;

import dev.weft.io.InputException;
import dev.weft.train.SplitSettings;
import java.util.List;

/**
 * How large the experiment is; kept in the experiment's folder. Model, data, optimiser and schedule are those of the anchors' recipe.
 *
 * @param rounds the epochs after which supernets of a tree split in two
 * @param leafEpochs of the supernets that come from the last split, which begin anew
 * @param fewShotEpochs of each supernet of few-shot NAS, which splits before anything is trained
 * @param repeats batches that the distances of a choice are averaged over
 * @param batchSize of training, of supernets and of members alone
 * @param randomMembers how many fixed random members are measured beside the anchors
 * @param memberSeed draws them
 * @param anchorStep every how many-th anchor is measured
 * @param aloneEpochs of selected members, each trained alone; of the anchors where the numbers are to mean something
 * @param aloneTrainings of each of them, with the seeds of the anchors' first trainings
 */
public record GmScale(
        List<Integer> rounds,
        int leafEpochs,
        int fewShotEpochs,
        int repeats,
        int batchSize,
        int randomMembers,
        long memberSeed,
        int anchorStep,
        int aloneEpochs,
        int aloneTrainings) {
    private static final long MEMBER_SEED = 2203;

    public GmScale {
        rounds = List.copyOf(rounds);
        if (rounds.size() != 2) {
            throw new InputException("There must be two rounds, for four leaves, but there are " + rounds + ".");
        }
    }

    /** The numbers of the specification: 4, 8 and 14 epochs, ten batches a probe. */
    static GmScale full() {
        return new GmScale(List.of(4, 8), 6, 7, 10, 64, 20, MEMBER_SEED, 1, 3, 2);
    }

    /** Everything in a minute, and no meaning. */
    static GmScale smoke() {
        return new GmScale(List.of(1, 2), 1, 1, 1, 256, 4, MEMBER_SEED, 3, 1, 1);
    }

    /** The epochs of a whole supernet that trains as long as a leaf and the supernets before it together. */
    int epochs() {
        return rounds.get(1) + leafEpochs;
    }

    /** What a tree takes, in epochs of one supernet. */
    int treeEpochs() {
        return Math.toIntExact(
                new SplitSettings(rounds, null, null, null, null, null, null, null, null, null, null, null, null, null)
                        .supernetEpochs(epochs(), 0));
    }
}
