package dev.weft.data;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.weft.io.InputException;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the images of a source are shared out: {@code 70/15/15}, percent to train on, to choose members by and to report, or
 * {@code 70/15/15, at most 1000}. A part that the source's makers cut (test, validation) is taken as it is; each share that is missing is
 * drawn from the training part, which keeps the rest.
 *
 * @param train percent that is trained on
 * @param selection percent that members are chosen by
 * @param report percent that is reported
 * @param atMost the most images that selection and report each take; what is over is trained on. Empty for no limit
 */
public record SplitShares(int train, int selection, int report, OptionalInt atMost) {
    /** The shares of settings that say nothing: a thousand images tell two members apart that differ by about four points. */
    public static final SplitShares DEFAULT = new SplitShares(70, 15, 15, OptionalInt.of(1000));

    private static final Pattern TEXT = Pattern.compile("(\\d{1,2})/(\\d{1,2})/(\\d{1,2})(?:, ?at most (\\d{1,9}))?");

    public SplitShares {
        if (train < 1 || selection < 1 || report < 1 || train + selection + report != 100) {
            throw new InputException("A split must have three shares in percent, each at least 1, that sum to 100"
                    + " (train/select/report, as 70/15/15), but is " + train + "/" + selection + "/" + report);
        }
        if (atMost.isPresent() && atMost.getAsInt() < 1) {
            throw new InputException(
                    "A split must allow at most 1 image or more, as \"70/15/15, at most 1000\", but allows "
                            + atMost.getAsInt());
        }
    }

    /** Reads what {@link #toString} writes. */
    @JsonCreator
    public static SplitShares parse(String text) {
        Matcher parts = TEXT.matcher(text.strip());
        if (!parts.matches()) {
            throw new InputException(
                    "A split (--split, or data.split in a recipe) must be written as 70/15/15 (percent to train on, to choose by, to report)"
                            + " or as \"70/15/15, at most 1000\", but is \"" + text + "\"");
        }
        return new SplitShares(
                Integer.parseInt(parts.group(1)),
                Integer.parseInt(parts.group(2)),
                Integer.parseInt(parts.group(3)),
                parts.group(4) == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(parts.group(4))));
    }

    /** How many of {@code images} the selection split should get, before every class has its own. */
    int selectionOf(int images) {
        return limited(selection, images);
    }

    int reportOf(int images) {
        return limited(report, images);
    }

    private int limited(int percent, int images) {
        int share = (int) ((long) images * percent / 100);
        return Math.min(share, atMost.orElse(Integer.MAX_VALUE));
    }

    @Override
    @JsonValue
    public String toString() {
        return train + "/" + selection + "/" + report + (atMost.isPresent() ? ", at most " + atMost.getAsInt() : "");
    }
}
