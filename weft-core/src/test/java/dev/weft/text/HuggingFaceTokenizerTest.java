package dev.weft.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.io.Json;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On two files written by hand, whose ids are worked out by hand. */
class HuggingFaceTokenizerTest {
    private static final HuggingFaceTokenizer BPE = HuggingFaceTokenizer.open(file("byte-level-bpe.json"));
    private static final HuggingFaceTokenizer WORD_PIECE = HuggingFaceTokenizer.open(file("word-piece.json"));

    @TempDir
    Path folder;

    /** "hug": u+g, then h+ug. " pun": u+n (third merge) before Ġ+p (fourth). "hun": u+n, and no merge has h. */
    @Test
    void mergesPairsInTheOrderOfTheFile() {
        assertThat(BPE.encode("hug pun")).containsExactly(7, 9, 8);
        assertThat(BPE.encode("hun")).containsExactly(0, 8);
        assertThat(BPE.encode("nug")).containsExactly(4, 6);
        assertThat(BPE.encode("")).isEmpty();
    }

    /** é is the bytes C3 A9, which a byte-level file calls Ã and ©. */
    @Test
    void bytesThatAreNoWholeCharacterAreTokensOfTheirOwn() {
        assertThat(BPE.encode("hé")).containsExactly(0, 10, 11);
        assertThat(BPE.decode(new int[] {0, 10, 11})).isEqualTo("hé");
    }

    @Test
    void aSpecialTokenWrittenInTheTextIsOneToken() {
        assertThat(BPE.vocabularySize()).isEqualTo(13);
        assertThat(BPE.encode("hug<|end|>pun")).containsExactly(7, 12, 3, 8);
        assertThat(BPE.decode(new int[] {7, 12, 3, 8})).isEqualTo("hug<|end|>pun");
    }

    @Test
    void textGoesThroughTokensAndBack() {
        for (String text : new String[] {"hug  pun gun", " hung", "épuh<|end|><|end|> né"}) {
            assertThat(BPE.decode(BPE.encode(text))).isEqualTo(text);
        }
        assertThat(WORD_PIECE.decode(WORD_PIECE.encode("Unaffable playing"))).isEqualTo("unaffable playing");
    }

    /** The file asks for three tokens at most, nine at least, and [CLS] and [SEP] around the text. */
    @Test
    void givesTheTokensOfAllTheTextAndNoOthers() {
        assertThat(WORD_PIECE.encode("Unaffable playing")).containsExactly(3, 4, 5, 6, 7);
        assertThat(WORD_PIECE.encode("plays")).containsExactly(6, 8);
        assertThat(WORD_PIECE.encode("[CLS] plays")).containsExactly(1, 6, 8);
    }

    @Test
    void anUnknownWordIsTheUnknownToken() {
        assertThat(WORD_PIECE.encode("play chess")).containsExactly(6, 0);
    }

    /** It reaches the library as U+FFFD, which this file's normaliser drops, as it drops NUL. */
    @Test
    void halfASurrogatePairDoesNoHarm() {
        assertThat(WORD_PIECE.encode("play \uD83D")).containsExactly(6);
        assertThat(WORD_PIECE.encode("play \uD83D\uDE00 pl\0ay")).containsExactly(6, 0, 6);
    }

    @Test
    void refusesAnIdThatHasNoToken() {
        assertThatThrownBy(() -> BPE.decode(new int[] {13}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A token must be from 0 to 12, but is 13.");
        assertThatThrownBy(() -> BPE.decode(new int[] {-1})).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void isAValueThatTravelsWhole() {
        String json = Json.writeLine(BPE);
        assertThat(json).startsWith("{\"kind\":\"hugging-face\",\"content\":");
        Tokenizer read = Json.parse(json, "test", Tokenizer.class);
        assertThat(read).isEqualTo(BPE).hasSameHashCodeAs(BPE).isNotEqualTo(WORD_PIECE);
        assertThat(read.encode("hug pun")).containsExactly(7, 9, 8);
        assertThat(read).hasToString("HuggingFaceTokenizer[BPE, 13 tokens]");
    }

    @Test
    void severalThreadsMayEncode() {
        String text = "hug pun<|end|>".repeat(50);
        int[] expected = BPE.encode(text);
        assertThat(expected).hasSize(200);
        assertThat(IntStream.range(0, 2000).parallel().mapToObj(i -> BPE.encode(text)))
                .allSatisfy(tokens -> assertThat(tokens).isEqualTo(expected));
    }

    @Test
    void opensTheFileOfAFolder() throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), BPE.content());
        assertThat(HuggingFaceTokenizer.open(folder)).isEqualTo(BPE);
    }

    @Test
    void saysWhichFileIsMissingOrNoTokenizer() throws IOException {
        refused(folder, "tokenizer.json: there is no such file or folder. Give the path of a tokenizer.json");
        refused(write("empty", ""), "is empty");
        refused(write("text", "hello"), "JSON");
        refused(write("cut", BPE.content().substring(0, 700)), "JSON");
        refused(write("other", "{\"vocab\": {\"a\": 0}}"), "has no model.vocab");
        refused(write("list", "[1]"), "has no model.vocab");
        refused(write("negative", BPE.content().replace("\"h\": 0", "\"h\": -7")), "one is -7");
        refused(
                write("kind", BPE.content().replace("\"BPE\"", "\"XPE\"")),
                "the Hugging Face tokenizers library reads");
        refused(
                write("merge", BPE.content().replace("\"u g\"", "\"u q\"")),
                "the Hugging Face tokenizers library reads");
        refused(Files.write(folder.resolve("latin"), new byte[] {'"', (byte) 0xE9, '"'}), "not UTF-8");
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private static void refused(Path file, String reason) {
        assertThatThrownBy(() -> HuggingFaceTokenizer.open(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(reason)
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    }

    private static Path file(String name) {
        try {
            return Path.of(HuggingFaceTokenizerTest.class.getResource(name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
