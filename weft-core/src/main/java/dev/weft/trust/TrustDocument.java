package dev.weft.trust;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.io.AtomicFile;
import dev.weft.io.Json;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code trust.json} holds; the same members and settings give the same bytes. See {@code docs/file-formats.md}.
 *
 * @param source where scores and truth come from, in words
 * @param unit of truths, regrets and gaps: {@code points}, or {@code of loss}, where losses are negated so that more is better
 * @param direction {@code maximise} or {@code minimise}: what is better in the numbers as they were given
 * @param numbers what the numbers of the report are, by their key: range, unit, which direction is better, and what an interval holds
 * @param report what was found
 * @param cost what gaps are shown by; absent for scores from files
 * @param gap between inherited weights and training alone; absent for scores from files
 * @param members of a family, one by one; absent for scores from files
 */
public record TrustDocument(
        int formatVersion,
        Map<String, String> source,
        String unit,
        String direction,
        Map<String, String> numbers,
        TrustReport report,
        @JsonInclude(JsonInclude.Include.NON_NULL) String cost,
        @JsonInclude(JsonInclude.Include.NON_NULL) CostGap gap,
        @JsonInclude(JsonInclude.Include.NON_NULL) List<Anchor> members) {
    private static final int FORMAT_VERSION = 1;

    /**
     * A member of a family.
     *
     * @param inherited its score
     * @param alone its truth, one value a training
     * @param baselines what else could have ranked it, by name
     */
    public record Anchor(
            String member, double cost, double inherited, List<Double> alone, Map<String, Double> baselines) {
        public Anchor {
            alone = List.copyOf(alone);
            baselines = Collections.unmodifiableMap(new LinkedHashMap<>(baselines));
        }
    }

    public TrustDocument {
        source = Collections.unmodifiableMap(new LinkedHashMap<>(source));
        numbers = Collections.unmodifiableMap(new LinkedHashMap<>(numbers));
        members = members == null ? null : List.copyOf(members);
    }

    /** The document about scores from files. */
    public TrustDocument(Map<String, String> source, String unit, TrustReport report) {
        this(FORMAT_VERSION, source, unit, direction(unit), numbers(unit, report), report, null, null, null);
    }

    /** The document about a family. */
    TrustDocument(
            Map<String, String> source,
            String unit,
            TrustReport report,
            String cost,
            CostGap gap,
            List<Anchor> members) {
        this(FORMAT_VERSION, source, unit, direction(unit), numbers(unit, report), report, cost, gap, members);
    }

    private static String direction(String unit) {
        return unit.equals(Ranking.OF_LOSS) ? "minimise" : "maximise";
    }

    /** The explanation of the numbers for whoever opens the file without the page that explains it. */
    private static Map<String, String> numbers(String unit, TrustReport report) {
        Bootstrap bootstrap = report.settings().bootstrap();
        String measured = unit.equals(Ranking.OF_LOSS)
                ? "the unit of the losses that were given, which are times -1 here so that higher is better"
                : "points (percent: numbers given from 0 to 1 are times 100)";
        Map<String, String> numbers = new LinkedHashMap<>();
        numbers.put("value", "the estimate; null where it is not defined");
        numbers.put(
                "low, high",
                "the interval that holds " + 100 * bootstrap.confidence() + " % of " + bootstrap.resamples()
                        + " bootstrap resamples of the members; null where there are too few");
        numbers.put(
                "tau",
                "Kendall's tau-b of scores and truth, from -1 (opposite order) to 1 (the same order); higher is better");
        numbers.put("spearman", "Spearman's rank correlation of scores and truth, from -1 to 1; higher is better");
        numbers.put(
                "regrets.loss",
                "what the truly best of the k members with the highest scores falls short of the best of all, in "
                        + measured + "; 0 is best");
        numbers.put(
                "crossFittedRegrets.loss",
                "the same where one training chooses, of all members and of the k with the highest scores, and the other trainings"
                        + " judge, in " + measured
                        + "; under 0, scores choose better than a training; no list where members"
                        + " were trained once");
        numbers.put(
                "floor.tau",
                "tau between two trainings of the same members, from -1 to 1; among the best, of members that the other"
                        + " trainings have cut, so it takes three trainings there");
        numbers.put(
                "settings.margin",
                "the difference of two tau that counts as none: at-floor is said only where the interval of floor.difference"
                        + " lies within it");
        numbers.put("floor.standardDeviation", "of one training of a member, in " + measured);
        numbers.put(
                "baselines",
                "tau of what is known without training and the truth, more taken as better: params (parameters), macs"
                        + " (multiply-adds), gradientNorm (sum of the norms of the gradients at fresh weights); difference is the"
                        + " scores' tau minus that");
        numbers.put(
                "stratified.tau",
                "tau over pairs of members in the same of groups by parameters; spread is by which part the largest of a group has"
                        + " more than the smallest, as the median of the groups");
        numbers.put("gap", "truth minus score of a member, in " + measured);
        numbers.put("fraction", "the part of the members that is looked at, the best by truth, from 0 to 1");
        return numbers;
    }

    /**
     * The members of a family with scores and truths, as the report has seen them.
     *
     * @throws IllegalStateException for scores from files, which the document does not hold
     */
    public Ranking ranking() {
        if (members == null) {
            throw new IllegalStateException("only the document of a family holds its members");
        }
        return new Ranking(
                members.stream().map(Anchor::member).toList(),
                members.stream().map(Anchor::inherited).toList(),
                members.stream().map(Anchor::alone).toList(),
                unit,
                members.get(0).baselines().keySet().stream()
                        .map(name -> new Baseline(
                                name,
                                members.stream()
                                        .map(member -> member.baselines().get(name))
                                        .toList()))
                        .toList());
    }

    /** Writes the file whole or not at all. */
    public void write(Path file) {
        AtomicFile.writeText(file, Json.write(this));
    }
}
