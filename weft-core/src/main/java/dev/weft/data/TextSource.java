package dev.weft.data;

import dev.weft.io.InputException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Text to train on, as one piece: {@code tiny-shakespeare} (embedded), a file, or a folder of files. See {@code docs/data.md}.
 *
 * @param name what it was opened by
 * @param text never empty; line ends as they were
 * @param passedOver text files of the folder that are none of its text
 */
public record TextSource(String name, String text, List<PassedOver> passedOver) {
    /** What {@link #open} calls the embedded text: 40,000 lines of Shakespeare, in the public domain. */
    public static final String EMBEDDED = "tiny-shakespeare";

    private static final String RESOURCE = EMBEDDED + "/input.txt.gz";

    /** A text beside which nothing was passed over. */
    public TextSource(String name, String text) {
        this(name, text, List.of());
    }

    public TextSource {
        passedOver = List.copyOf(passedOver);
        if (name == null || text == null || text.isEmpty()) {
            throw new InputException(name + " must hold text, but is empty. Give a file with text in it.");
        }
    }

    /**
     * Opens the embedded text by its name, else the file or the folder at this path. A file is UTF-8, plain or gzip (by its name,
     * {@code .gz}); a byte order mark at its beginning is skipped. A folder is read as all of its {@code .txt} and {@code .txt.gz} files,
     * those of sub-folders too, hidden ones and licences and the like not, in the order of their paths; a file that does not end in a line feed gets one
     * where another follows.
     *
     * @throws InputException when there is no such text, or it is empty or not UTF-8, naming the file
     */
    public static TextSource open(String nameOrPath) {
        if (nameOrPath.equals(EMBEDDED)) {
            return new TextSource(EMBEDDED, TextFiles.decode(DataFile.ofResource(RESOURCE)));
        }
        return new TextSource(
                nameOrPath, TextFiles.join(nameOrPath, TextFiles.at(nameOrPath)), TextFiles.passedOver(nameOrPath));
    }

    /** The number of characters (Unicode code points). */
    public int characters() {
        return text.codePointCount(0, text.length());
    }

    /** The number of different characters: the vocabulary of a {@link dev.weft.text.CharacterTokenizer} of this text. */
    public int distinctCharacters() {
        return (int) text.codePoints().distinct().count();
    }

    /** The number of lines; a line ends at a line feed or at the end of the text. */
    public int lines() {
        int ends = (int) text.chars().filter(c -> c == '\n').count();
        return text.endsWith("\n") ? ends : ends + 1;
    }

    /** SHA-256 of the text as UTF-8, in lower-case hexadecimal digits. */
    public String sha256() {
        return Sha256.ofBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A description without the text, which may be long. */
    @Override
    public String toString() {
        return "TextSource[" + name + ", " + characters() + " characters]";
    }

    static List<String> names() {
        return List.of(EMBEDDED);
    }
}
