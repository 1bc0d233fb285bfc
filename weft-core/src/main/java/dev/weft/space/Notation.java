package dev.weft.space;

import java.util.Map;

/** Another way to write the members of a space: the one that a field, or a benchmark, has for them. */
public interface Notation {
    /** What such a text looks like, for messages: {@code |op~0|+|op~0|op~1|}. */
    String form();

    /** Whether {@code text} is meant to be of this form, be it right or not. */
    boolean matches(String text);

    /** Where a text of this form ends that {@code text}, which {@link #matches}, begins with: before the first comma or blank. */
    default int end(String text) {
        return text.split("[,\\s]", 2)[0].length();
    }

    /** The options of a member, without its context, and without blanks. */
    String print(Member member);

    /**
     * What {@link #print} wrote.
     *
     * @return the option of every choice of the space, as it prints, by the choice's name
     * @throws dev.weft.io.InputException when the text is not of this form
     */
    Map<String, String> parse(String text);
}
