package dev.weft.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class DocumentsPropertyTest {
    record Any(String text, double number, float single, long whole, List<String> list, Map<String, Double> map) {}

    private static final List<String> TRICKY = List.of(
            "",
            " ",
            "no",
            "yes",
            "on",
            "null",
            "~",
            "1",
            "1e3",
            "0x10",
            ".nan",
            "true",
            "a: b",
            "- a",
            "# a",
            "a\nb\n",
            "\n",
            " a ",
            "'",
            "\"",
            "\\",
            "{",
            "[",
            "&a",
            "*a",
            "!a",
            "%a",
            "@a",
            "`a",
            "12:30",
            "2001-01-01",
            "\u00e4",
            "\u2028",
            "\ud83e\uddf6");

    @Property(tries = 500)
    void recordsRoundTrip(@ForAll String text, @ForAll double number, @ForAll float single, @ForAll long whole) {
        if (text.codePoints().allMatch(c -> c >= 0xA0 && c < 0xD800 || c >= ' ' && c < 0x7F)) {
            roundTrip(text, number, single, whole);
        }
    }

    @Example
    void textThatLooksLikeSomethingElseStaysText() {
        TRICKY.forEach(text -> roundTrip(text, -0.0, Float.MIN_VALUE, Long.MIN_VALUE));
    }

    private static void roundTrip(String text, double number, float single, long whole) {
        Any any = new Any(
                text, number, single, whole, List.of(text, "x"), new LinkedHashMap<>(Map.of("k" + text, number)));
        assertThat(Json.parse(Json.write(any), "x", Any.class)).isEqualTo(any);
        assertThat(Yaml.parse(Yaml.write(any), "x", Any.class)).isEqualTo(any);
    }

    /** Damaged documents are read or refused with one line; nothing else may come out. */
    @Example
    void damagedDocumentsAreRefusedOrRead() {
        SplittableRandom random = new SplittableRandom(3);
        String json = Json.write(JsonTest.RECIPE);
        for (int i = 0; i < 5_000; i++) {
            parse(damage(json, random), true);
            parse(damage(JsonTest.YAML, random), false);
        }
    }

    private static void parse(String text, boolean json) {
        try {
            if (json) {
                Json.parse(text, "x", JsonTest.Recipe.class);
            } else {
                Yaml.parse(text, "x", JsonTest.Recipe.class);
            }
        } catch (InputException e) {
            assertThat(e.getMessage()).contains("x").doesNotContain("\n").hasSizeLessThan(700);
        }
    }

    private static String damage(String good, SplittableRandom random) {
        StringBuilder text = new StringBuilder(good);
        for (int times = 1 + random.nextInt(3); times > 0; times--) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(4)) {
                case 0 -> text.setCharAt(at, (char) random.nextInt(256));
                case 1 -> text.setLength(Math.max(1, at));
                case 2 -> text.deleteCharAt(at).append(' ');
                default -> text.insert(at, TRICKY.get(random.nextInt(TRICKY.size())));
            }
        }
        return text.toString();
    }
}
