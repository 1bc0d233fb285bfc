package dev.weft.io;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Finds what the user may have meant. */
public final class Suggest {
    private Suggest() {}

    /**
     * The known name nearest to {@code given} as {@code  Did you mean "x"?} with a leading space, or an empty string when none is near
     * (more than one edit in three letters). Case does not count; of equally near names the first wins.
     */
    public static String nearest(String given, Collection<String> known) {
        String best = null;
        int bestDistance = Math.max(1, given.length() / 3) + 1;
        for (String candidate : known) {
            if (Math.abs(candidate.length() - given.length()) < bestDistance) {
                int distance = distance(given.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
                if (distance < bestDistance && distance < candidate.length()) {
                    best = candidate;
                    bestDistance = distance;
                }
            }
        }
        return best == null ? "" : " Did you mean \"" + best + "\"?";
    }

    /**
     * What to say of a name that is none: what was given, up to three names that are near, and all there are, as in
     * {@code There is no system "bignsa". Did you mean "bignas"? There are: bignas, tanglenas.}
     *
     * @param kind what it should be a name of
     */
    public static String unknown(String kind, String given, Collection<String> known) {
        return none(kind, given, known) + " There are: " + String.join(", ", known) + ".";
    }

    /**
     * The same of names that are too many for a line.
     *
     * @param howToList a command that lists them
     */
    public static String unknown(String kind, String given, Collection<String> known, String howToList) {
        return none(kind, given, known) + " List them with: " + howToList;
    }

    private static String none(String kind, String given, Collection<String> known) {
        List<String> near = known.stream()
                .filter(candidate -> !nearest(given, List.of(candidate)).isEmpty() || holds(candidate, given))
                .sorted(Comparator.comparingInt(candidate -> distance(lower(given), lower(candidate))))
                .limit(3)
                .map(candidate -> '"' + candidate + '"')
                .toList();
        return "There is no " + kind + " \"" + given + "\"."
                + (near.isEmpty() ? "" : " Did you mean " + String.join(" or ", near) + "?");
    }

    /** Whether a name goes on from what was given, as {@code mos-lm-quick} does from {@code mos}. */
    private static boolean holds(String candidate, String given) {
        return given.length() >= 2 && lower(candidate).contains(lower(given));
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    /**
     * The same for a pattern that should be found in a name: of its words, the first that is in no name, and the nearest part between
     * the dots of names; {@code  Did you mean "mlp", as in "blocks.0.mlp.fc1.weight"?}.
     */
    public static String part(String pattern, Collection<String> known) {
        for (String word : pattern.replaceAll("\\\\[A-Za-z]", " ").split("[^A-Za-z0-9_]+")) {
            if (word.length() < 2 || known.stream().anyMatch(name -> name.contains(word))) {
                continue;
            }
            String nearest = nearest(
                    word,
                    known.stream()
                            .flatMap(name -> Stream.of(name.split("\\.")))
                            .distinct()
                            .toList());
            if (!nearest.isEmpty()) {
                String part = nearest.substring(nearest.indexOf('"') + 1, nearest.lastIndexOf('"'));
                String name =
                        known.stream().filter(n -> n.contains(part)).findFirst().orElseThrow();
                return " Did you mean \"" + part + "\", as in \"" + name + "\"?";
            }
        }
        return "";
    }

    /** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
    static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int replaced = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                d[i][j] = Math.min(replaced, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], 1 + d[i - 2][j - 2]);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
