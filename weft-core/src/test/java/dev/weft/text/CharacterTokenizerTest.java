package dev.weft.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.export.InvalidInputException;
import dev.weft.io.Json;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class CharacterTokenizerTest {
    @Test
    void idsAreInTheOrderOfCodePoints() {
        CharacterTokenizer tokenizer = CharacterTokenizer.of("banana\n");
        assertThat(tokenizer.alphabet()).isEqualTo("\nabn");
        assertThat(tokenizer.vocabularySize()).isEqualTo(4);
        assertThat(tokenizer.encode("nab\n")).containsExactly(3, 1, 2, 0);
        assertThat(tokenizer.decode(new int[] {2, 1, 3, 0})).isEqualTo("ban\n");
    }

    /** U+FFFD comes before U+1F600 by code point, after it by UTF-16 unit. */
    @Test
    void aCharacterOutsideTheBasicPlaneIsOneToken() {
        CharacterTokenizer tokenizer = CharacterTokenizer.of("a\uD83D\uDE00\uFFFDa");
        assertThat(tokenizer.alphabet()).isEqualTo("a\uFFFD\uD83D\uDE00");
        assertThat(tokenizer.vocabularySize()).isEqualTo(3);
        assertThat(tokenizer.encode("\uD83D\uDE00a\uFFFD")).containsExactly(2, 0, 1);
        assertThat(tokenizer.decode(new int[] {2, 0, 1})).isEqualTo("\uD83D\uDE00a\uFFFD");
    }

    @Test
    void namesTheCharacterThatHasNoToken() {
        CharacterTokenizer tokenizer = new CharacterTokenizer("ba");
        assertThatThrownBy(() -> tokenizer.encode("abé"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "Text must be written in the 2 characters of the tokenizer, but holds \"é\" (U+00E9) at the end"
                                + " of \"abé\". Leave it out, or train on text that has it.");
        assertThatThrownBy(() -> tokenizer.encode("a\n"))
                .hasMessageContaining("but holds U+000A at the end of \"a \".");
        assertThatThrownBy(() -> tokenizer.encode("a\uD83D"))
                .hasMessageContaining("but holds U+D83D at the end of \"a \".");
        assertThat(tokenizer.encode("")).isEmpty();
    }

    @Test
    void refusesAnIdThatHasNoCharacter() {
        CharacterTokenizer tokenizer = new CharacterTokenizer("ba");
        for (int wrong : new int[] {-1, 2}) {
            assertThatThrownBy(() -> tokenizer.decode(new int[] {0, wrong}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("A token must be from 0 to 1, but is " + wrong + ".");
        }
    }

    @Test
    void refusesAnAlphabetOfOneCharacterOrWithOneTwice() {
        assertThatThrownBy(() -> CharacterTokenizer.of("aaa"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("two different characters or more, but got \"a\"");
        assertThatThrownBy(() -> new CharacterTokenizer(null)).hasMessageContaining("but got none");
        assertThatThrownBy(() -> new CharacterTokenizer("aba"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("\"a\" (U+0061) is in it twice");
    }

    @Test
    void isAValueThatReadsBack() {
        Tokenizer tokenizer = new CharacterTokenizer("b\"\n\uD83D\uDE00a");
        String json = Json.writeLine(tokenizer);
        assertThat(json).startsWith("{\"kind\":\"characters\",\"alphabet\":");
        assertThat(Json.parse(json, "test", Tokenizer.class))
                .isEqualTo(tokenizer)
                .hasSameHashCodeAs(tokenizer);
        assertThat(tokenizer).isNotEqualTo(new CharacterTokenizer("\"b\n\uD83D\uDE00a"));
        assertThatThrownBy(() -> Json.parse("{\"kind\":\"characters\",\"alphabet\":\"aa\"}", "test", Tokenizer.class))
                .isInstanceOf(InvalidInputException.class);
    }

    /** Where each call made the table of 20,000 characters anew, the short texts alone would take minutes. */
    @Test
    void longTextsAndManyShortOnesAreQuick() {
        StringBuilder alphabet = new StringBuilder();
        for (int character = 0; character < 20_000; character++) {
            alphabet.appendCodePoint(0x4E00 + character);
        }
        CharacterTokenizer tokenizer = new CharacterTokenizer(alphabet.toString());
        Random random = new Random(1);
        int[] tokens = random.ints(1_000_000, 0, 20_000).toArray();
        String text = tokenizer.decode(tokens);
        Assertions.assertTimeout(Duration.ofSeconds(20), () -> {
            assertThat(tokenizer.encode(text)).isEqualTo(tokens);
            for (int i = 0; i < 300_000; i++) {
                assertThat(tokenizer.encode(text.substring(i, i + 1))[0]).isEqualTo(tokens[i]);
            }
        });
    }
}
