package dev.weft.trust;

import dev.weft.io.Csv;
import dev.weft.io.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Numbers of members, from a table with a column of members and one of numbers. Columns named like the second one with 2, 3, …
 * behind it, as {@code score2}, are further trainings of the same members.
 *
 * @param file what messages call it
 * @param values by member, in the order of the file; one or more, as many for each
 */
public record ScoreTable(Path file, Map<String, List<Double>> values) {
    private static final Pattern NUMBER = Pattern.compile("[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?");
    private static final Pattern NOT_FINITE = Pattern.compile("(?i)[-+]?(nan|inf|infinity)");

    public ScoreTable {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /**
     * @throws InputException when the file has no such columns, repeats a member, or has a value that is no finite number: the
     *     message says the line
     */
    public static ScoreTable read(Path file, String memberColumn, String scoreColumn) {
        return of(Csv.read(file), memberColumn, scoreColumn);
    }

    /** Does what {@link #read} does, for a table that was read. */
    public static ScoreTable of(Csv table, String memberColumn, String scoreColumn) {
        Path file = table.file();
        int memberAt = table.column(memberColumn);
        List<Integer> scoresAt = new ArrayList<>(List.of(table.column(scoreColumn)));
        while (table.columns().contains(scoreColumn + (scoresAt.size() + 1))) {
            scoresAt.add(table.column(scoreColumn + (scoresAt.size() + 1)));
        }
        Map<String, List<Double>> values = new LinkedHashMap<>();
        Map<String, Long> lines = new HashMap<>();
        for (Csv.Row row : table.rows()) {
            String where = file + ", line " + row.line() + ": ";
            String member = row.values().get(memberAt).strip();
            if (member.isEmpty()) {
                throw new InputException(where + "column " + memberColumn
                        + " must name a member, but is empty. Name it, or remove the row.");
            }
            Long before = lines.put(member, row.line());
            if (before != null) {
                throw new InputException(where + "every member must be there once, but \"" + member + "\" is in line "
                        + before + " already. Remove one of the two rows.");
            }
            List<Double> numbers = new ArrayList<>();
            for (int at : scoresAt) {
                numbers.add(number(
                        row.values().get(at).strip(), member, table.columns().get(at), where));
            }
            values.put(member, List.copyOf(numbers));
        }
        if (values.isEmpty()) {
            throw new InputException(file + " must have a row for each member, but has only a header.");
        }
        return new ScoreTable(file, values);
    }

    private static double number(String text, String member, String column, String where) {
        String of = where + column + " of member \"" + member + "\" must be a finite number, but is ";
        if (text.isEmpty()) {
            throw new InputException(of + "missing. Fill it in, or remove the row.");
        }
        if (NOT_FINITE.matcher(text).matches()) {
            throw new InputException(of + text + ". Remove the row, or give the member a value.");
        }
        // Java's own reader also takes "1d" and "0x1p3", which other programs do not mean as numbers.
        double value = NUMBER.matcher(text).matches() ? Double.parseDouble(text) : Double.NaN;
        if (!Double.isFinite(value)) {
            throw new InputException(of + "\"" + text + "\". Mend it, or remove the row.");
        }
        return value;
    }

    /**
     * Puts scores and truths of the same members together, in the order of their names, so that the order of rows changes nothing.
     *
     * @param common whether members that only one file has are left out
     * @throws InputException when the members differ and {@code common} does not allow it, or when fewer than three are in both
     */
    public static Ranking rank(ScoreTable scores, ScoreTable truth, boolean common) {
        List<String> onlyScores = missing(scores, truth);
        List<String> onlyTruth = missing(truth, scores);
        List<String> both = scores.values.keySet().stream()
                .filter(truth.values::containsKey)
                .sorted()
                .toList();
        if (!common && !(onlyScores.isEmpty() && onlyTruth.isEmpty())) {
            throw new InputException(scores.file + " and " + truth.file + " must have the same members, but "
                    + only(onlyScores, scores.file) + " and " + only(onlyTruth, truth.file) + ", and " + both.size()
                    + " are in both. Mend the files"
                    + (both.size() < 3 ? "." : ", or compare those in both: --common"));
        }
        if (both.size() < 3) {
            throw new InputException(
                    scores.file + " and " + truth.file + " must share three members or more to be ranked, but share "
                            + both.size() + ". Give more members.");
        }
        return new Ranking(
                both,
                both.stream().map(member -> scores.values.get(member).get(0)).toList(),
                both.stream().map(truth.values::get).toList());
    }

    private static List<String> missing(ScoreTable of, ScoreTable in) {
        return of.values.keySet().stream()
                .filter(member -> !in.values.containsKey(member))
                .toList();
    }

    private static String only(List<String> members, Path file) {
        if (members.isEmpty()) {
            return "0 are only in " + file;
        }
        String named = String.join(", ", members.subList(0, Math.min(3, members.size())));
        return members.size() + (members.size() == 1 ? " is" : " are") + " only in " + file + " (" + named
                + (members.size() > 3 ? ", …" : "") + ")";
    }
}
