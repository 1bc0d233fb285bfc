package dev.weft.text;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.io.InputException;
import dev.weft.io.IoReason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * Byte-pair encoding with scores, as SentencePiece trains it for models of the Llama kind (Kudo and Richardson 2018). The text gets
 * a leading space and is cut into characters; then the two neighbours whose joined piece has the highest score are joined (the
 * first such two of equals), until no two neighbours make a piece. A character that is no piece becomes its UTF-8 bytes.
 *
 * <pre>
 *   id          0         1       2     3 … 258      259 …
 *   piece       unknown   begin   end   a raw byte   text; a space is a space
 * </pre>
 *
 * <p>A value like a record, equal where pieces and scores are; a class, so that the table from pieces to ids is made once.
 */
public final class SentencePieceTokenizer implements Tokenizer {
    private static final int BEGIN = 1;
    private static final int END = 2;
    private static final int FIRST_BYTE = 3;
    private static final int FIRST_TEXT = FIRST_BYTE + 256;

    @JsonProperty
    private final List<String> pieces;

    @JsonProperty
    private final List<Double> scores;

    private final Map<String, Integer> ids = new HashMap<>();

    /**
     * @param pieces by id, in the order above
     * @param scores by id: which join goes first; those before the text are not read
     */
    @JsonCreator
    public SentencePieceTokenizer(
            @JsonProperty("pieces") List<String> pieces, @JsonProperty("scores") List<Double> scores) {
        if (pieces == null
                || scores == null
                || pieces.size() <= FIRST_TEXT
                || pieces.size() != scores.size()
                || pieces.stream().anyMatch(piece -> piece == null || piece.isEmpty())
                || scores.stream().anyMatch(score -> score == null || !Double.isFinite(score))) {
            throw new InputException("A sentence-piece tokenizer must have more than " + FIRST_TEXT
                    + " pieces (three special ones, 256 bytes, text) and a finite score for each, but got "
                    + (pieces == null ? "none" : pieces.size() + " pieces") + " and "
                    + (scores == null ? "no scores" : scores.size() + " scores") + ".");
        }
        this.pieces = List.copyOf(pieces);
        this.scores = List.copyOf(scores);
        for (int id = FIRST_TEXT; id < pieces.size(); id++) {
            ids.putIfAbsent(pieces.get(id), id);
        }
    }

    /**
     * Reads a file of llama2.c: the length of the longest piece, then a float32 score, a length and the UTF-8 bytes of each piece,
     * little-endian.
     *
     * @throws InputException when it cannot be read or is no such file
     */
    public static SentencePieceTokenizer readLlama2c(Path file) {
        ByteBuffer bytes;
        try {
            bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new InputException("Cannot read " + file + ": " + IoReason.of(e) + ".", e);
        }
        List<String> pieces = new ArrayList<>();
        List<Double> scores = new ArrayList<>();
        int longest = bytes.remaining() < 4 ? -1 : bytes.getInt();
        while (bytes.hasRemaining()) {
            float score = bytes.remaining() < 8 ? Float.NaN : bytes.getFloat();
            int length = Float.isNaN(score) ? -1 : bytes.getInt();
            if (length < 1 || length > longest || length > bytes.remaining()) {
                throw new InputException(
                        file + " must be a tokenizer of llama2.c (a score, a length and the bytes of each"
                                + " piece), but is not one or is cut short: piece " + pieces.size() + " does not fit.");
            }
            byte[] piece = new byte[length];
            bytes.get(piece);
            pieces.add(new String(piece, StandardCharsets.UTF_8));
            scores.add((double) score);
        }
        try {
            return new SentencePieceTokenizer(pieces, scores);
        } catch (InputException e) {
            throw new InputException(file + ": " + e.getMessage(), e);
        }
    }

    @Override
    public int vocabularySize() {
        return pieces.size();
    }

    @Override
    public OptionalInt begin() {
        return OptionalInt.of(BEGIN);
    }

    @Override
    public OptionalInt end() {
        return OptionalInt.of(END);
    }

    @Override
    public int[] encode(String text) {
        return text.isEmpty() ? new int[0] : new Joining(characters(" " + text)).tokens();
    }

    /** One id for each character, or for each of its bytes. */
    private int[] characters(String text) {
        return text.codePoints()
                .flatMap(character -> {
                    String one = Character.toString(character);
                    Integer id = ids.get(one);
                    return id != null ? IntStream.of(id) : bytes(one);
                })
                .toArray();
    }

    private static IntStream bytes(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return IntStream.range(0, bytes.length).map(i -> FIRST_BYTE + Byte.toUnsignedInt(bytes[i]));
    }

    /** Two neighbours that make a piece. */
    private record Join(double score, int left, int right, int leftId, int rightId, int joined)
            implements Comparable<Join> {
        @Override
        public int compareTo(Join other) {
            int byScore = Double.compare(other.score, score);
            return byScore != 0 ? byScore : Integer.compare(left, other.left);
        }
    }

    /** The joins of one text: a linked list of what is left, and a queue of what could be joined next. */
    private final class Joining {
        private final int[] tokens; // -1 where a token was joined to one before it
        private final int[] previous;
        private final int[] next;
        private final PriorityQueue<Join> queue = new PriorityQueue<>();

        Joining(int[] characters) {
            tokens = characters;
            previous = new int[tokens.length];
            next = new int[tokens.length];
            for (int i = 0; i < tokens.length; i++) {
                previous[i] = i - 1;
                next[i] = i + 1;
            }
            for (int i = 0; i + 1 < tokens.length; i++) {
                offer(i, i + 1);
            }
            while (!queue.isEmpty()) {
                join(queue.poll());
            }
        }

        private void offer(int left, int right) {
            if (left < 0 || right >= tokens.length || tokens[left] < FIRST_TEXT || tokens[right] < FIRST_TEXT) {
                return; // bytes are no text: they are never joined
            }
            Integer joined = ids.get(pieces.get(tokens[left]) + pieces.get(tokens[right]));
            if (joined != null) {
                queue.add(new Join(scores.get(joined), left, right, tokens[left], tokens[right], joined));
            }
        }

        private void join(Join join) {
            if (tokens[join.left] != join.leftId
                    || next[join.left] != join.right
                    || tokens[join.right] != join.rightId) {
                return; // one of them was joined to something else since
            }
            tokens[join.left] = join.joined;
            tokens[join.right] = -1;
            int after = next[join.right];
            next[join.left] = after;
            if (after < tokens.length) {
                previous[after] = join.left;
            }
            offer(previous[join.left], join.left);
            offer(join.left, after);
        }

        int[] tokens() {
            return Arrays.stream(tokens).filter(token -> token >= 0).toArray();
        }
    }

    /** The text without the leading space that {@link #encode} adds; the begin and end of a text are no text. */
    @Override
    public String decode(int[] tokens) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int token : Tokenizer.checked(tokens, pieces.size())) {
            if (token >= FIRST_BYTE && token < FIRST_TEXT) {
                bytes.write(token - FIRST_BYTE);
            } else if (token != BEGIN && token != END) {
                bytes.writeBytes(pieces.get(token).getBytes(StandardCharsets.UTF_8));
            }
        }
        String text = bytes.toString(StandardCharsets.UTF_8);
        return text.startsWith(" ") ? text.substring(1) : text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SentencePieceTokenizer tokenizer
                && tokenizer.pieces.equals(pieces)
                && tokenizer.scores.equals(scores);
    }

    @Override
    public int hashCode() {
        return Objects.hash(pieces, scores);
    }

    @Override
    public String toString() {
        return "sentence-piece tokenizer of " + pieces.size() + " tokens";
    }
}
