package dev.weft.data;

import dev.weft.text.Tokenizer;
import java.util.List;
import java.util.Locale;

/**
 * A text in three splits by position: training first, then selection, then report. No window crosses from one into the next, and no
 * token is in two.
 */
public record TextSplits(
        String source, TextWindows train, TextWindows selection, TextWindows report, List<PassedOver> passedOver)
        implements Splits {
    /** Splits of a text beside which nothing was passed over. */
    public TextSplits(String source, TextWindows train, TextWindows selection, TextWindows report) {
        this(source, train, selection, report, List.of());
    }

    public TextSplits {
        passedOver = List.copyOf(passedOver);
        List<TextWindows> splits = List.of(train, selection, report);
        for (int i = 1; i < splits.size(); i++) {
            if (splits.get(i).from() < splits.get(i - 1).to()) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "%s: splits of a text must follow each other, but %s begins at %d",
                        source,
                        splits.get(i).name(),
                        splits.get(i).from()));
            }
        }
    }

    /**
     * Encodes each part by itself, so that no token lies across a cut.
     *
     * @throws dev.weft.io.InputException when a part is shorter than one window, or holds what no token stands for
     */
    public static TextSplits of(TextParts parts, Tokenizer tokenizer, int contextLength) {
        int[] train = tokenizer.encode(parts.train());
        int[] selection = tokenizer.encode(parts.selection());
        int[] report = tokenizer.encode(parts.report());
        String name = parts.name();
        int toSelection = train.length + selection.length;
        return new TextSplits(
                name,
                new TextWindows(name + "/train", tokenizer, train, 0, contextLength),
                new TextWindows(name + "/selection", tokenizer, selection, train.length, contextLength),
                new TextWindows(name + "/report", tokenizer, report, toSelection, contextLength));
    }

    /** These splits, beside which that lies. */
    public TextSplits beside(List<PassedOver> others) {
        return new TextSplits(source, train, selection, report, others);
    }
}
