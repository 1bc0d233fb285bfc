package dev.weft.generate;

import dev.weft.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Tokens in, text out as soon as it is certain: a token may be a part of a character, and its text may depend on the one before it.
 * So each piece is the difference between decoding the last tokens with and without the new one, and what ends within a character
 * waits.
 */
final class TextStream {
    private static final char INCOMPLETE = '\uFFFD'; // what a decoder makes of a part of a character

    private final Tokenizer tokenizer;
    private final Consumer<String> out;
    private final List<Integer> tokens = new ArrayList<>();
    private int from; // the first token that is decoded still
    private int written; // tokens whose text is out

    /** @param before the tokens that come before, whose text is out already */
    TextStream(Tokenizer tokenizer, int[] before, Consumer<String> out) {
        this.tokenizer = tokenizer;
        this.out = out;
        for (int token : before) {
            tokens.add(token);
        }
        this.written = before.length;
    }

    void add(int token) {
        tokens.add(token);
        String text = text(tokens.size());
        if (!text.isEmpty() && text.charAt(text.length() - 1) != INCOMPLETE) {
            flush();
        }
    }

    /** Writes what waits, complete or not. */
    void flush() {
        String before = text(written);
        String text = text(tokens.size());
        if (text.length() > before.length()) {
            out.accept(text.substring(before.length()));
            from = written;
            written = tokens.size();
        }
    }

    private String text(int to) {
        return tokenizer.decode(
                tokens.subList(from, to).stream().mapToInt(Integer::intValue).toArray());
    }
}
