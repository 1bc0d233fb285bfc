package dev.weft.data;

import com.fasterxml.jackson.annotation.JsonAlias;
import dev.weft.io.InputException;
import java.util.Locale;

/** What a run writes down about its splits, and compares on resume: see {@link Splits#record}. */
public record SplitsRecord(String source, Split train, Split selection, Split report) {
    public SplitsRecord {
        if (train == null || selection == null || report == null) {
            throw new InputException("A record of splits must have train, selection and report.");
        }
    }

    /** Whether both are of the same examples with the same content, wherever these lie. */
    public boolean isOfSameExamples(SplitsRecord other) {
        return train.isSame(other.train) && selection.isSame(other.selection) && report.isSame(other.report);
    }

    /**
     * One split.
     *
     * @param idsSha256 which examples, see {@link Dataset#idsSha256}
     * @param contentSha256 what they hold, see {@link Dataset#contentSha256}; runs of earlier versions call it imagesSha256
     */
    public record Split(
            String name,
            int examples,
            String idsSha256,
            @JsonAlias("imagesSha256") String contentSha256) {
        static Split of(Dataset split) {
            return new Split(split.name(), split.size(), split.idsSha256(), split.contentSha256());
        }

        private boolean isSame(Split other) {
            return examples == other.examples
                    && idsSha256.equals(other.idsSha256)
                    && contentSha256.equals(other.contentSha256);
        }

        /** Checks that {@code now} is this split; {@code split} names it in the message. */
        void verify(String split, String source, Split now) {
            if (examples != now.examples || !idsSha256.equals(now.idsSha256)) {
                throw new InputException(String.format(
                        Locale.ROOT,
                        "The %s split must be the one the run began with (%d examples, %s), but %s now gives %d examples, %s: restore the data, or start a new run",
                        split,
                        examples,
                        idsSha256.substring(0, 12),
                        source,
                        now.examples,
                        now.idsSha256.substring(0, 12)));
            }
            if (!now.contentSha256.equals(contentSha256)) {
                throw new InputException(String.format(
                        Locale.ROOT,
                        "The %s split must hold what the run began with, but the examples of %s have changed under the same names: restore the data, or start a new run",
                        split,
                        source));
            }
        }
    }
}
