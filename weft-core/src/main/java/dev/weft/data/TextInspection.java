package dev.weft.data;

import dev.weft.export.InvalidInputException;
import dev.weft.text.CharacterTokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a source of text holds. All but {@code kind}, {@code files} and {@code problems} is of a text without problems, and 0 or empty
 * otherwise.
 *
 * @param kind in words: {@code text}
 * @param files the number of files
 * @param characters Unicode code points
 * @param distinctCharacters the vocabulary of a character tokenizer
 * @param firstLine at most its first {@value #SHOWN} characters, control characters as spaces
 * @param firstTokens what a character tokenizer of this text makes of the first line, as far as it is shown
 * @param sha256 of the text as UTF-8
 * @param problems one line each, naming the file; text without problems opens
 * @param notes what was passed over, one line each
 */
public record TextInspection(
        String kind,
        int files,
        int characters,
        int distinctCharacters,
        int lines,
        String firstLine,
        List<Integer> firstTokens,
        String sha256,
        List<String> problems,
        List<String> notes) {
    private static final int SHOWN = 60;

    public TextInspection {
        firstTokens = List.copyOf(firstTokens);
        problems = List.copyOf(problems);
        notes = List.copyOf(notes);
    }

    /** Reads every file and reports all problems rather than the first. */
    static TextInspection of(String nameOrPath) {
        boolean embedded = nameOrPath.equals(TextSource.EMBEDDED);
        List<Path> files = embedded ? List.of() : TextFiles.at(nameOrPath);
        List<String> problems = new ArrayList<>();
        for (Path file : files) {
            try {
                TextFiles.decode(DataFile.of(file));
            } catch (InvalidInputException e) {
                problems.add(e.getMessage());
            }
        }
        int count = embedded ? 1 : files.size();
        List<String> notes = embedded
                ? List.of()
                : TextFiles.passedOver(nameOrPath).stream()
                        .map(PassedOver::note)
                        .toList();
        if (problems.isEmpty()) {
            try {
                return of(TextSource.open(nameOrPath), count, notes);
            } catch (InvalidInputException e) {
                problems.add(e.getMessage());
            }
        }
        return new TextInspection("text", count, 0, 0, 0, "", List.of(), "", problems, notes);
    }

    private static TextInspection of(TextSource source, int files, List<String> notes) {
        CharacterTokenizer tokenizer = CharacterTokenizer.of(source.text());
        String text = source.text();
        int[] line = text.codePoints()
                .takeWhile(c -> c != '\n' && c != '\r')
                .limit(SHOWN)
                .toArray();
        return new TextInspection(
                "text",
                files,
                source.characters(),
                tokenizer.vocabularySize(),
                source.lines(),
                IntStream.of(line)
                        .map(c -> Character.isISOControl(c) ? ' ' : c)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString(),
                IntStream.of(tokenizer.encode(new String(line, 0, line.length)))
                        .boxed()
                        .toList(),
                source.sha256(),
                List.of(),
                notes);
    }
}
