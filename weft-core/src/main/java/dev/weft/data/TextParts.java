package dev.weft.data;

import dev.weft.io.InputException;

/** A text cut by position: each part is the text of one split. */
public record TextParts(String name, String train, String selection, String report) {
    /**
     * Cuts a text: first what is trained on, then what members are chosen by, then what is reported.
     *
     * @param selectionFraction of the characters, over 0
     * @param reportFraction of the characters, over 0; with the other less than 1
     */
    public static TextParts of(TextSource source, double selectionFraction, double reportFraction) {
        if (!(selectionFraction > 0 && reportFraction > 0 && selectionFraction + reportFraction < 1)) {
            throw new InputException(source.name() + " must be cut into selectionFraction and reportFraction > 0,"
                    + " together less than 1, but got " + selectionFraction + " and " + reportFraction + ".");
        }
        String text = source.text();
        int selection = place(text, 1 - selectionFraction - reportFraction);
        int report = place(text, 1 - reportFraction);
        return new TextParts(
                source.name(), text.substring(0, selection), text.substring(selection, report), text.substring(report));
    }

    /** A place that does not part the two halves of one character. */
    private static int place(String text, double fraction) {
        int place = (int) Math.round(text.length() * fraction);
        return place > 0 && place < text.length() && Character.isLowSurrogate(text.charAt(place)) ? place - 1 : place;
    }
}
