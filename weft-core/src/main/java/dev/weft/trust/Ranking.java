package dev.weft.trust;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Members with a score and the truth: what the score is to tell. More is better in both.
 *
 * @param members names or lines, distinct
 * @param scores one a member
 * @param trainings the truth of each member: one value a training, as many for each member
 * @param unit of truths, as sentences say it: {@code points}
 * @param baselines what else could have ranked the members, with distinct names; may be empty
 */
public record Ranking(
        List<String> members,
        List<Double> scores,
        List<List<Double>> trainings,
        String unit,
        List<Baseline> baselines) {
    static final String OF_LOSS = "of loss";

    public Ranking {
        members = List.copyOf(members);
        scores = List.copyOf(scores);
        trainings = trainings.stream().map(List::copyOf).toList();
        baselines = List.copyOf(baselines);
        int count = trainings.isEmpty() ? 0 : trainings.get(0).size();
        if (members.size() != scores.size()
                || members.size() != trainings.size()
                || new HashSet<>(members).size() != members.size()) {
            throw new IllegalArgumentException(
                    "a ranking must have a score and a truth for each of its distinct members,"
                            + " but has " + members.size() + " members, " + scores.size() + " scores, "
                            + trainings.size()
                            + " truths");
        }
        for (Baseline baseline : baselines) {
            if (baseline.values().size() != members.size()) {
                throw new IllegalArgumentException(
                        "baseline " + baseline.name() + " must have a value for each of " + members.size()
                                + " members, but has " + baseline.values().size());
            }
        }
        for (List<Double> values : trainings) {
            if (values.isEmpty() || values.size() != count || !values.stream().allMatch(Double::isFinite)) {
                throw new IllegalArgumentException(
                        "every member must have as many finite truths, one or more, but one has " + values);
            }
        }
    }

    /** A ranking with truths in points. */
    public Ranking(List<String> members, List<Double> scores, List<List<Double>> trainings) {
        this(members, scores, trainings, "points", List.of());
    }

    /** This ranking with what else could have ranked its members. */
    public Ranking with(List<Baseline> others) {
        return new Ranking(members, scores, trainings, unit, others);
    }

    /** A ranking of members without names, each with one truth. */
    public static Ranking of(List<Double> scores, List<Double> truths) {
        List<String> members = new ArrayList<>();
        for (int i = 0; i < scores.size(); i++) {
            members.add("#" + (i + 1));
        }
        return new Ranking(members, scores, truths.stream().map(List::of).toList());
    }

    public int size() {
        return members.size();
    }

    /** How many truths each member has. */
    public int trainingsEach() {
        return trainings.isEmpty() ? 0 : trainings.get(0).size();
    }

    /** The mean over the trainings of each member. */
    public List<Double> truths() {
        return truths(training -> true);
    }

    /** The mean over those trainings of each member that {@code counts} takes, one or more. */
    List<Double> truths(IntPredicate counts) {
        int[] taken = IntStream.range(0, trainingsEach()).filter(counts).toArray();
        return trainings.stream()
                .map(values -> mean(Arrays.stream(taken).mapToObj(values::get).toList()))
                .toList();
    }

    /** The mean of what trainings reached, to twelve digits: equal sums of other parts must tie, not differ by their rounding. */
    public static double mean(List<Double> trainings) {
        double mean =
                trainings.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        return Double.isFinite(mean)
                ? new BigDecimal(mean).round(new MathContext(12)).doubleValue()
                : mean;
    }

    /**
     * This ranking with regret in points: truths that are all parts of 1 are taken as hundredths, others as they are, percentages or
     * whatever else.
     */
    public Ranking inPoints() {
        boolean parts = trainings.stream().flatMap(List::stream).allMatch(value -> value >= 0 && value <= 1);
        return parts ? new Ranking(members, scores, times(100), unit, baselines) : this;
    }

    /** This ranking of losses, of which less is better, turned over. */
    public Ranking ofLosses() {
        return new Ranking(members, scores.stream().map(value -> -value).toList(), times(-1), OF_LOSS, baselines);
    }

    private List<List<Double>> times(double factor) {
        return trainings.stream()
                .map(values -> values.stream().map(value -> factor * value).toList())
                .toList();
    }

    /** The value of each baseline for one member, by name. */
    Map<String, Double> baselinesOf(int position) {
        Map<String, Double> values = new LinkedHashMap<>();
        baselines.forEach(
                baseline -> values.put(baseline.name(), baseline.values().get(position)));
        return values;
    }

    /** The values of every member in one training. */
    List<Double> training(int index) {
        return trainings.stream().map(values -> values.get(index)).toList();
    }

    /**
     * The best members by truth.
     *
     * @param fraction of all, rounded up; members that tie with the last of them are among them
     */
    Ranking best(double fraction) {
        return only(best(fraction, truths()));
    }

    /** Does what {@link #best(double)} does, by other values: the positions of the members. */
    int[] best(double fraction, List<Double> values) {
        int count = (int) Math.ceil(fraction * size() - 1e-9);
        List<Double> sorted = values.stream().sorted().toList();
        double least = size() == 0 ? 0 : sorted.get(size() - Math.max(1, count));
        return IntStream.range(0, size()).filter(i -> values.get(i) >= least).toArray();
    }

    /** The members at these positions. */
    Ranking only(int[] positions) {
        return new Ranking(
                at(members, positions),
                at(scores, positions),
                at(trainings, positions),
                unit,
                baselines.stream()
                        .map(baseline -> new Baseline(baseline.name(), at(baseline.values(), positions)))
                        .toList());
    }

    private static <T> List<T> at(List<T> values, int[] positions) {
        return Arrays.stream(positions).mapToObj(values::get).toList();
    }
}
