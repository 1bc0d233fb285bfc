package dev.weft.report;

import dev.weft.io.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Puts a page together from the template, style and script files beside this class, and the fragments both pages share. */
final class Page {
    private static final Pattern SLOT = Pattern.compile("\\{\\{(\\w+)}}");
    private static final String ECHARTS = "/META-INF/resources/webjars/echarts/5.5.0/echarts.common.min.js";

    private Page() {}

    /** The whole page: the shell with the one style around a body, and each script in an element of its own. */
    static String shell(String title, String body, String scripts) {
        return fill(
                "shell.html",
                Map.of(
                        "title",
                        escape(title),
                        "style",
                        resource("style.css"),
                        "theme",
                        resource("theme.js"),
                        "body",
                        body,
                        "scripts",
                        scripts));
    }

    /** The named template with each {@code {{slot}}} replaced once; inserted text is never searched for slots. */
    static String fill(String template, Map<String, String> slots) {
        return SLOT.matcher(resource(template)).replaceAll(match -> {
            String text = slots.get(match.group(1));
            if (text == null) throw new IllegalStateException(template + " has a slot without text: " + match.group(1));
            return Matcher.quoteReplacement(text);
        });
    }

    static String script(String javascript) {
        return "<script>\n" + javascript + "\n</script>\n";
    }

    static String echarts() {
        return read(ECHARTS);
    }

    static String resource(String name) {
        return read("/dev/weft/report/" + name);
    }

    /** The value as JSON that is safe inside a script element: without a "<", no tag can end or open there. */
    static String json(Object value) {
        return Json.writeLine(value).replace("<", "\\u003c");
    }

    /** The text with the characters that mean something in HTML replaced, for content and quoted attributes. */
    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** Does what {@link #escape} does, for sentences: a member in one line may break after each choice. */
    static String prose(String text) {
        return escape(text).replaceAll(",(?=[A-Za-z])", ",<wbr>");
    }

    static String facts(List<Fact> facts) {
        return facts.stream()
                .map(f -> "<div><dt>" + escape(f.label()) + "</dt><dd>" + prose(f.value()) + "</dd></div>")
                .collect(Collectors.joining("\n", "<dl class=\"facts\">\n", "\n</dl>"));
    }

    /** The command lines as one block with a copy button. Lines break between words, never inside an option. */
    static String commands(List<String> lines) {
        String words = lines.stream()
                .map(line -> Arrays.stream(line.split(" ", -1))
                        .map(word -> word.isEmpty() ? "" : "<span>" + escape(word) + "</span>")
                        .collect(Collectors.joining(" ")))
                .collect(Collectors.joining("\n"));
        return "<div class=\"command\"><pre tabindex=\"0\"><code>" + words
                + "</code></pre><button type=\"button\" class=\"copy js-only\">Copy</button></div>";
    }

    static String notes(List<String> notes) {
        return notes.stream()
                .map(n -> "<li>" + prose(n) + "</li>")
                .collect(Collectors.joining("\n", "<ul class=\"notes\">\n", "\n</ul>"));
    }

    /** {@code hidden} for a section that has nothing to show. */
    static String hiddenIf(boolean empty) {
        return empty ? "hidden" : "";
    }

    private static String read(String path) {
        try (InputStream in = Page.class.getResourceAsStream(path)) {
            if (in == null) throw new IllegalStateException("missing from the class path: " + path);
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
    }
}
