package dev.weft.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SentencePieceTokenizerTest {
    private static final int FIRST_TEXT = 259;

    @TempDir
    Path folder;

    /** Text pieces from 259, the first with the highest score unless scores are given. */
    private static SentencePieceTokenizer of(List<String> text, Double... scores) {
        List<String> pieces = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        for (int b = 0; b < 256; b++) {
            pieces.add("<0x%02X>".formatted(b));
        }
        List<Double> all = new ArrayList<>(java.util.Collections.nCopies(FIRST_TEXT, 0.0));
        for (int i = 0; i < text.size(); i++) {
            all.add(scores.length == 0 ? -i : scores[i]);
        }
        pieces.addAll(text);
        return new SentencePieceTokenizer(pieces, all);
    }

    private static int[] ids(int... text) {
        return Arrays.stream(text).map(i -> FIRST_TEXT + i).toArray();
    }

    @Test
    void joinsTheTwoNeighboursWithTheHighestScoreFirst() {
        SentencePieceTokenizer tokenizer =
                of(List.of(" ", "a", "b", "c", "ab", "bc", " a"), 0.0, 0.0, 0.0, 0.0, -3.0, -1.0, -2.0);
        assertThat(tokenizer.encode("abc"))
                .isEqualTo(ids(6, 5)); // "bc", then " a": from the left it would be " a", "b", "c"
        SentencePieceTokenizer other =
                of(List.of(" ", "a", "b", "c", "ab", "bc", " a"), 0.0, 0.0, 0.0, 0.0, -1.0, -2.0, -3.0);
        assertThat(other.encode("abc")).isEqualTo(ids(0, 4, 3));
    }

    @Test
    void ofEqualScoresTheFirstIsJoined() {
        SentencePieceTokenizer tokenizer = of(List.of(" ", "a", "aa"), 0.0, 0.0, -1.0);
        assertThat(tokenizer.encode("aaa")).isEqualTo(ids(0, 2, 1));
    }

    @Test
    void characterWithoutAPieceBecomesItsBytesWhichAreNeverJoined() {
        SentencePieceTokenizer tokenizer = of(List.of(" ", "a", "<0xC3><0xA9>"));
        assertThat(tokenizer.encode("é")).isEqualTo(new int[] {FIRST_TEXT, 3 + 0xC3, 3 + 0xA9});
        assertThat(tokenizer.decode(tokenizer.encode("aé€😀"))).isEqualTo("aé€😀");
    }

    @Test
    void leadingSpaceIsAddedAndTakenAwayAgain() {
        SentencePieceTokenizer tokenizer = of(List.of(" ", "a"));
        assertThat(tokenizer.encode("a")).isEqualTo(ids(0, 1));
        assertThat(tokenizer.decode(ids(0, 1))).isEqualTo("a");
        assertThat(tokenizer.decode(tokenizer.encode("  a"))).isEqualTo("  a");
        assertThat(tokenizer.encode("")).isEmpty();
        assertThat(tokenizer.decode(new int[] {1, FIRST_TEXT, FIRST_TEXT + 1, 2}))
                .isEqualTo("a");
    }

    /** The obvious way, quadratic: look at all neighbours after each join. */
    private static List<String> slowly(List<String> characters, List<String> pieces) {
        List<String> left = new ArrayList<>(characters);
        while (true) {
            int best = -1;
            int bestRank = Integer.MAX_VALUE;
            for (int i = 0; i + 1 < left.size(); i++) {
                int rank = pieces.indexOf(left.get(i) + left.get(i + 1));
                if (rank >= 0 && rank < bestRank) {
                    best = i;
                    bestRank = rank;
                }
            }
            if (best < 0) {
                return left;
            }
            left.set(best, left.get(best) + left.remove(best + 1));
        }
    }

    @Test
    void joinsAsTheObviousWayDoesOnRandomVocabularies() {
        SplittableRandom random = new SplittableRandom(4);
        for (int round = 0; round < 50; round++) {
            List<String> pieces = new ArrayList<>(List.of(" ", "a", "b", "c"));
            while (pieces.size() < 24) {
                String joined = pieces.get(random.nextInt(pieces.size())) + pieces.get(random.nextInt(pieces.size()));
                if (!pieces.contains(joined)) {
                    pieces.add(random.nextInt(4, pieces.size() + 1), joined);
                }
            }
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 80; i++) {
                text.append("abc ".charAt(random.nextInt(4)));
            }
            List<String> expected =
                    slowly((" " + text).chars().mapToObj(Character::toString).toList(), pieces);
            assertThat(Arrays.stream(of(pieces).encode(text.toString()))
                            .mapToObj(id -> pieces.get(id - FIRST_TEXT))
                            .toList())
                    .isEqualTo(expected);
        }
    }

    @Test
    void printsAsJsonAndParsesBack() {
        Tokenizer tokenizer = of(List.of(" ", "ä", "\"b"), 0.5, -1.25, 1e-3);
        assertThat(Json.parse(Json.writeLine(tokenizer), "a test", Tokenizer.class))
                .isEqualTo(tokenizer);
        assertThat(Json.writeLine(tokenizer)).startsWith("{\"kind\":\"sentence-piece\"");
    }

    @Test
    void readsTheFilesOfLlama2cAndRefusesOthers() throws IOException {
        Path file = Path.of("src/test/resources/dev/weft/model/stories260k/tok512.bin");
        SentencePieceTokenizer tokenizer = SentencePieceTokenizer.readLlama2c(file);
        assertThat(tokenizer.vocabularySize()).isEqualTo(512);
        String text = "Once upon a time, Lily saw a big, red ball — ™ 日.";
        assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
        byte[] bytes = Files.readAllBytes(file);
        for (int length : new int[] {0, 3, 4, 5000, bytes.length - 1}) {
            Path cut = Files.write(folder.resolve("cut.bin"), Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> SentencePieceTokenizer.readLlama2c(cut))
                    .isInstanceOf(InputException.class)
                    .hasMessageStartingWith(cut.toString());
        }
        assertThatThrownBy(() -> SentencePieceTokenizer.readLlama2c(folder.resolve("none.bin")))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("Cannot read ");
    }

    @Test
    void refusesPiecesWithoutScoresAndTooFew() {
        assertThatThrownBy(() -> new SentencePieceTokenizer(List.of("a"), List.of(0.0)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("more than 259 pieces");
        assertThatThrownBy(() -> of(List.of(" ", "a"), 0.0, Double.NaN)).hasMessageContaining("finite score");
    }
}
