package dev.weft.diagnose;

import dev.weft.io.Json;
import dev.weft.sample.Sampler;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The rules by which numbers become suggestions. Each has its threshold here, and says it. */
final class Suggestions {
    /** Every key that a suggestion may name; each is one of a recipe. */
    static final List<String> KEYS = List.of("split", "sharing", "train.sampler", "train.accumulate");

    private static final double NOISE = 20;
    private static final int MOST_BATCHES = 16;
    private static final double GAP = 0.1;
    private static final double STANDARD_ERRORS = 4; // layers × choices are many comparisons
    private static final int MOST_CONFLICTS = 3;
    private static final double RANK = 0.7;
    private static final double RATIO = 2;
    private static final int FEWEST_MEMBERS = 8;

    private final Diagnosis diagnosis;
    private final boolean splittable;

    /**
     * @param diagnosis without suggestions
     * @param splittable whether a supernet that shares as this one can be split
     */
    Suggestions(Diagnosis diagnosis, boolean splittable) {
        this.diagnosis = diagnosis;
        this.splittable = splittable;
    }

    List<Suggestion> all() {
        return Stream.of(conflicts(), noise(), costs()).flatMap(List::stream).toList();
    }

    /**
     * Options of a choice that pull the weights apart: all of them, then each group of options can have a supernet of its own; or those
     * of a layer, then that can have experts.
     */
    private List<Suggestion> conflicts() {
        Set<String> seen = new LinkedHashSet<>();
        List<Suggestion> suggestions = new ArrayList<>();
        Stream.concat(opposed(splittable ? diagnosis.choices() : List.of()), opposed(diagnosis.choicesByLayer()))
                .filter(conflict -> seen.add(conflict.choice()))
                .limit(MOST_CONFLICTS)
                .forEach(conflict -> suggestions.add(separate(conflict)));
        return suggestions;
    }

    private static Stream<ChoiceConflict> opposed(List<ChoiceConflict> conflicts) {
        return conflicts.stream()
                .filter(Suggestions::opposed)
                .sorted(Comparator.comparingDouble(ChoiceConflict::gap).reversed());
    }

    static boolean opposed(ChoiceConflict conflict) {
        return conflict.differ() < 0
                && conflict.gap() >= GAP
                && conflict.gap() >= STANDARD_ERRORS * conflict.standardError(); // false where that is not known
    }

    private static Suggestion separate(ChoiceConflict conflict) {
        boolean whole = conflict.layer().equals(ConflictMap.WHOLE);
        ChoiceConflict.Options worst = conflict.options().stream()
                .min(Comparator.comparingDouble(ChoiceConflict.Options::cosine))
                .orElseThrow();
        return new Suggestion(
                whole ? "split" : "sharing",
                whole
                        ? "{rounds: […], choices: [" + conflict.choice() + "]}"
                        : "[{kind: experts, pattern: '^" + conflict.layer().replace(".", "\\.") + "\\.', …}]",
                format(
                        "%s: gradients of members with %s=%s and %s have a mean cosine of %.2f (%d pairs), of all that differ"
                                + " in it %.2f, of those that agree in it %.2f (gap %.2f ± %.2f).",
                        whole ? "All layers together" : conflict.layer(),
                        conflict.choice(),
                        worst.first(),
                        worst.second(),
                        worst.cosine(),
                        worst.pairs(),
                        conflict.differ(),
                        conflict.agree(),
                        conflict.gap(),
                        conflict.standardError()),
                format(
                        "%s, the mean cosine of members that differ in a choice is below 0, and at least %.1f and %.0f"
                                + " standard errors below that of members that agree in it",
                        whole ? "over all layers" : "in one layer and not over all", GAP, STANDARD_ERRORS));
    }

    /** A step whose gradient is mostly noise: more members a step where members make it, more data where batches do. */
    private List<Suggestion> noise() {
        double noise = diagnosis.noiseToSignal();
        if (!(noise > NOISE) || Double.isInfinite(noise)) {
            return List.of(); // where the mean cannot be told from zero, more draws come before another recipe
        }
        long between = Math.min(100, Math.round(100 * diagnosis.memberShare()));
        String measured = format(
                "The variance of a step's gradient is %.0f times its squared mean, %d percent of it between members on the"
                        + " same data and %d percent between batches.",
                noise, between, 100 - between);
        String rule = format("the variance is over %.0f times the squared mean, ", NOISE);
        boolean members = diagnosis.memberShare() >= 0.5;
        if (members) {
            return diagnosis.sampler().withMoreMembers().stream()
                    .map(sampler -> new Suggestion(
                            "train.sampler",
                            setting(sampler),
                            measured,
                            rule + "and at least half of it is between members"))
                    .toList();
        }
        long batches = Math.min(MOST_BATCHES, Math.max(2, Math.round(noise / NOISE))) * diagnosis.accumulate();
        return List.of(new Suggestion(
                "train.accumulate",
                String.valueOf(batches),
                measured,
                rule + "and more than half of it is between batches; " + MOST_BATCHES + " times the batches at most"));
    }

    /** Gradients that grow or shrink with a member's size: a step that draws any member is then one of the loudest. */
    private List<Suggestion> costs() {
        List<Diagnosis.Probed> members = diagnosis.members().stream()
                .sorted(Comparator.comparingLong(Diagnosis.Probed::params))
                .toList();
        double rank = diagnosis.normByCost();
        if (members.size() < FEWEST_MEMBERS
                || !(Math.abs(rank) >= RANK)
                || diagnosis.sampler().drawsExtremes()) {
            return List.of();
        }
        int quarter = members.size() / 4;
        double small = norm(members.subList(0, quarter));
        double large = norm(members.subList(members.size() - quarter, members.size()));
        if (!(Math.max(small, large) >= RATIO * Math.min(small, large))) {
            return List.of();
        }
        return List.of(new Suggestion(
                "train.sampler",
                setting(new Sampler.Sandwich(2)),
                format(
                        "Members with more parameters have %s gradients: the mean norm is %.3g in the smallest quarter of %d"
                                + " members and %.3g in the largest (rank correlation %.2f).",
                        rank < 0 ? "smaller" : "larger", small, members.size(), large, rank),
                format(
                        "the rank correlation of parameters and gradient norm is %.1f or more in size, and the norms of the"
                                + " outer quarters differ by a factor of %.0f or more; both extremes then belong in every step",
                        RANK, RATIO)));
    }

    /** As a recipe has it, on one line: {@code {kind: sandwich, random: 2}}. */
    private static String setting(Sampler sampler) {
        Map<?, ?> keys = Json.parse(Json.writeLine(sampler), "the setting of a sampler", Map.class);
        return keys.entrySet().stream()
                .map(key -> key.getKey() + ": " + key.getValue())
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static double norm(List<Diagnosis.Probed> members) {
        return members.stream()
                .mapToDouble(Diagnosis.Probed::gradientNorm)
                .average()
                .orElse(Double.NaN);
    }

    private static String format(String text, Object... values) {
        return String.format(Locale.ROOT, text, values);
    }
}
