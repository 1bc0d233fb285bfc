package dev.weft.lab.shiftnas;

import static dev.weft.lab.study.Claim.claim;
import static dev.weft.lab.study.Claim.report;
import static dev.weft.lab.study.Quantity.meanDifference;
import static dev.weft.lab.study.Quantity.value;

import dev.weft.lab.study.Claim;
import dev.weft.lab.study.Column;
import dev.weft.lab.study.Judgement;
import dev.weft.lab.study.Quantity;
import dev.weft.lab.study.Statistics;
import dev.weft.lab.study.Values;
import dev.weft.trust.RankCorrelation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The statements of the specification. */
final class ShiftNasClaims {
    private static final double LEAST_CHANCE = 0.01;

    private ShiftNasClaims() {}

    /** The statements about arms, given the levels that uniform operations starve, and the others. */
    static List<Claim> of(List<Integer> starved, List<Integer> fed) {
        List<Integer> all =
                IntStream.range(0, starved.size() + fed.size()).boxed().toList();
        List<Column> poor = ShiftNasDesign.levels(starved);
        String onPoor = "levels that uniform operations starve " + names(starved);
        List<Claim> claims = new ArrayList<>();
        for (String arm : List.of("B", "C")) {
            claims.add(claim(value(arm, ShiftNasDesign.HITS)
                            .named("members of arm " + arm + "'s generator within one level of the one asked for"))
                    .atLeast(90));
        }
        claims.add(claim(meanDifference(onPoor, "C", "A", poor)).atLeast(0.5));
        claims.add(claim(meanDifference("the other levels " + names(fed), "C", "A", ShiftNasDesign.levels(fed)))
                .atLeast(-0.5));
        claims.add(claim(meanDifference("mean of all levels", "C", "B", ShiftNasDesign.levels(all)))
                .remarked("The paper's own ablation; at this scale the difference may lie within noise.")
                .atLeast(-0.2));
        claims.add(claim(new Quantity(
                        "level probabilities of C, largest minus smallest",
                        "",
                        3,
                        values -> Quantity.perSeed(
                                values,
                                "C",
                                keys(all, ShiftNasDesign::probability),
                                own -> Collections.max(own) - Collections.min(own))))
                .atLeast(0.03));
        claims.add(claim(new Quantity(
                        "rank correlation over levels of C's probability with how much the level's loss fell in an interval",
                        "",
                        2,
                        values -> agreement(values, all)))
                .atLeast(0));
        claims.add(report(meanDifference(onPoor, "B", "A", poor)).atLeast(0));
        claims.add(report(meanDifference(onPoor, "D", "B", poor)).atLeast(0));
        for (String arm : List.of("C-pathwise", "C-mask")) {
            claims.add(report(meanDifference("mean of all levels", arm, "C", ShiftNasDesign.levels(all)))
                    .atLeast(0));
        }
        claims.add(report(meanDifference("mean of all levels", "C", "sandwich", ShiftNasDesign.levels(all)))
                .atLeast(0));
        claims.add(report(new Quantity(
                        "the member that C's generator gives for a level minus the best of random ones of the level in A",
                        "points",
                        2,
                        values -> chosen(values, all)))
                .remarked("Members that are of another level than asked for do not count.")
                .atLeast(0));
        return claims;
    }

    private static String names(List<Integer> levels) {
        return "(" + String.join(", ", levels.stream().map(k -> "" + (k + 1)).toList()) + ")";
    }

    private static List<String> keys(List<Integer> levels, IntFunction<String> key) {
        return levels.stream().map(key::apply).toList();
    }

    private static Map<Long, Double> agreement(Values values, List<Integer> levels) {
        Map<Long, List<Double>> changes = values.of("C", keys(levels, ShiftNasDesign::lossChange));
        Map<Long, Double> agreement = new TreeMap<>();
        values.of("C", keys(levels, ShiftNasDesign::probability))
                .forEach((seed, probabilities) -> agreement.put(
                        seed,
                        RankCorrelation.spearman(
                                probabilities,
                                changes.get(seed).stream()
                                        .map(change -> -change)
                                        .toList())));
        return agreement;
    }

    /** The mean over the levels for which both have a member, of seeds that have one. */
    private static Map<Long, Double> chosen(Values values, List<Integer> levels) {
        Map<Long, List<Double>> differences = new TreeMap<>();
        for (int level : levels) {
            Quantity.paired(
                            values.of("C", ShiftNasDesign.picked(level)),
                            values.of("A", ShiftNasDesign.picked(level)),
                            (c, a) -> c - a)
                    .forEach((seed, own) -> differences
                            .computeIfAbsent(seed, s -> new ArrayList<>())
                            .add(own));
        }
        Map<Long, Double> means = new TreeMap<>();
        differences.forEach((seed, own) -> means.put(seed, Statistics.mean(own)));
        return means;
    }

    /**
     * Whether as many members of each level were trained as enumeration says: Pearson's test on the visits of all seeds. Held unless
     * chance alone gives so large a distance less than once in a hundred times.
     */
    static Claim visits(List<Double> shares) {
        String text = "visits of A against enumerated shares";
        return Claim.of(Claim.Kind.CLAIM, text, values -> {
            List<Double> counts = IntStream.range(0, shares.size())
                    .mapToObj(k -> values.of("A", ShiftNasDesign.visits(k)).values().stream()
                            .mapToDouble(v -> v)
                            .sum())
                    .toList();
            double all = counts.stream().mapToDouble(v -> v).sum();
            if (all == 0) {
                return Judgement.notTested("Claim: " + text + ": not tested, for A was not run.");
            }
            double distance = 0;
            double gap = 0;
            for (int k = 0; k < shares.size(); k++) {
                double expected = all * shares.get(k);
                distance += (counts.get(k) - expected) * (counts.get(k) - expected) / expected;
                gap = Math.max(gap, Math.abs(counts.get(k) / all - shares.get(k)));
            }
            double chance = Statistics.chiSquareTail(distance, shares.size() - 1);
            return Judgement.exact(
                    chance >= LEAST_CHANCE,
                    chance,
                    String.format(
                            Locale.ROOT,
                            "Claim: A visits levels as often as enumeration says; of %.0f visits the share of a level is off by at"
                                    + " most %.2f points (chi-square %.1f, which chance exceeds with probability %.2f; below %s it"
                                    + " would not hold).",
                            all,
                            100 * gap,
                            distance,
                            chance,
                            LEAST_CHANCE));
        });
    }
}
