package dev.weft.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** What a page says to its reader: its text, without marks, styles and scripts. */
public final class PageText {
    /** {@code Choice[name=width, …}, {@code Object@1b2c3d}, {@code [a, b]}, {@code {a=b}}, {@code 5.0E-4}: objects and collections as Java prints them. */
    private static final Pattern TO_STRING = Pattern.compile(
            "\\b[A-Z]\\w*\\[\\w*|\\w+@[0-9a-f]{5,}|\\[[^\\[\\]\\n]*, [^\\[\\]\\n]*]|\\{\\w+=|\\bOptional\\b|\\d\\.\\d+E-?\\d|\\bnull\\b|\\bNaN\\b");

    private PageText() {}

    /** The text of a page's blocks, each on a line of its own. */
    public static String of(Path page) {
        return text(html(page));
    }

    private static String html(Path page) {
        try {
            return Files.readString(page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(String html) {
        return html.replaceAll("(?s)<(script|style)\\b.*?</\\1>", "")
                .replaceAll("</?(wbr|span|code|strong|b)\\b[^>]*>", "")
                .replaceAll("<[^>]*>", "\n")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&amp;", "&");
    }

    /** Nothing on the page is an object as Java prints it, but for what is there for a machine to read. */
    public static void assertPlain(Path page) {
        String text = text(html(page).replaceAll("(?s)<code\\b.*?</code>", ""));
        assertThat(TO_STRING
                        .matcher(text)
                        .results()
                        .map(found -> text.substring(
                                Math.max(0, found.start() - 60), Math.min(text.length(), found.end() + 60))))
                .as("objects as Java prints them, on %s", page)
                .isEmpty();
    }
}
