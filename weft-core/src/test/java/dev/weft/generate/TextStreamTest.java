package dev.weft.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.model.Stories;
import dev.weft.text.SentencePieceTokenizer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextStreamTest {
    private final SentencePieceTokenizer tokenizer = SentencePieceTokenizer.readLlama2c(Stories.TOKENIZER);
    private final List<String> out = new ArrayList<>();

    private TextStream after(String before) {
        return new TextStream(tokenizer, tokenizer.encode(before), out::add);
    }

    @Test
    void characterOfSeveralTokensComesOutOnce() {
        TextStream stream = after("a");
        int[] tokens = tokenizer.encode("日😀b"); // the space, then 3 and 4 bytes, then b
        for (int token : tokens) {
            stream.add(token);
        }
        assertThat(tokens).hasSize(9);
        assertThat(out).containsExactly(" ", "日", "😀", "b");
    }

    @Test
    void spaceBetweenThePromptAndWhatFollowsIsKept() {
        TextStream stream = after("Once");
        for (int token : tokenizer.encode("upon a time")) {
            stream.add(token);
        }
        assertThat(String.join("", out)).isEqualTo(" upon a time");
    }

    @Test
    void whatEndsWithinACharacterIsWrittenAtTheEnd() {
        TextStream stream = after("a");
        stream.add(3 + 0xE2);
        assertThat(out).isEmpty();
        stream.flush();
        stream.flush();
        assertThat(out).containsExactly("\uFFFD");
    }
}
