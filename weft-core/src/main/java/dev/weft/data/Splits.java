package dev.weft.data;

import dev.weft.io.InputException;
import java.util.List;

/**
 * Three splits that share no example: what is trained on, what members are chosen by, and what is reported. A search must never
 * see the report split.
 */
public interface Splits {
    /** The source as it was given. */
    String source();

    Dataset train();

    Dataset selection();

    Dataset report();

    /** What lies beside the data and is not read. */
    List<PassedOver> passedOver();

    /** Names, sizes and fingerprints, to be written into the run. */
    default SplitsRecord record() {
        return new SplitsRecord(
                source(),
                SplitsRecord.Split.of(train()),
                SplitsRecord.Split.of(selection()),
                SplitsRecord.Split.of(report()));
    }

    /**
     * Checks that these are the splits that a run recorded.
     *
     * @throws InputException naming the split that differs
     */
    default void verify(SplitsRecord recorded) {
        SplitsRecord now = record();
        recorded.train().verify("training", source(), now.train());
        recorded.selection().verify("selection", source(), now.selection());
        recorded.report().verify("report", source(), now.report());
    }
}
