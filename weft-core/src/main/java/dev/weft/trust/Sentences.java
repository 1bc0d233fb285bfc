package dev.weft.trust;

import dev.weft.trust.TrustReport.Part;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What may be concluded, as a person would say it: every verdict has its sentence, with the numbers that it rests on. */
final class Sentences {
    /** Members so few that an order may hide among them. */
    static final int FEW = 20;

    private Sentences() {}

    /** What a verdict means for these members. */
    static String of(
            String part, Ranking ranking, RankQuality quality, NoiseFloor floor, Verdict verdict, double margin) {
        String among = among(part, quality.members());
        String tau = "τ " + quality.tau().text();
        return switch (verdict) {
            case TOO_FEW ->
                among + " there are too few to say anything about their order: even a perfect order of four"
                        + " happens by chance once in 24 times.";
            case ALL_TIE -> tie(among, ranking);
            case CHANCE ->
                among + " the order by score cannot be told from chance: " + tau
                        + ". Do not choose among them by score"
                        + (quality.members() < FEW ? ", or give more members: so few may hide an order." : ".");
            case REVERSED ->
                among + " the order by score is the wrong way round: " + tau
                        + ". The higher score is more often the worse member.";
            case BETTER_THAN_CHANCE ->
                among + " scores rank better than chance: " + tau + ", so of two members the one"
                        + " with the higher score is better in about "
                        + ofHundred(quality.tau().value())
                        + " of 100 pairs.";
            case NOISE ->
                among + " nothing shows that two trainings rank the members alike: τ "
                        + floor.tau().text()
                        + ". As far as this tells, they differ by less than the noise of training, so no ranking is claimed,"
                        + " whatever the scores say (" + tau + ")"
                        + (quality.members() < FEW ? "; so few may hide one." : ".");
            case BELOW_FLOOR ->
                among + " scores rank better than chance, but worse than a second training would: τ "
                        + floor.scoreTau().text() + " with one training, against "
                        + floor.tau().text()
                        + " between two. They sort out weak members; the order of near ones is not claimed. Train the"
                        + " candidates alone before you choose.";
            case NOT_DISTINGUISHABLE ->
                among + " scores rank better than chance, and are not distinguishable from a second training: τ "
                        + floor.scoreTau().text()
                        + " with one training, against " + floor.tau().text() + " between two. The difference, "
                        + floor.difference().text() + ", is not known to lie within ±" + Estimate.text(margin)
                        + ", so this does not show that they rank as well as training does.";
            case AT_FLOOR ->
                among + " scores rank as well as a second training, within ±" + Estimate.text(margin) + " of τ: τ "
                        + floor.scoreTau().text()
                        + " with one training, against " + floor.tau().text() + " between two, a difference of "
                        + floor.difference().text() + ".";
            case ABOVE_FLOOR ->
                among + " scores agree with a training better than a second training does: τ "
                        + floor.scoreTau().text() + " with one training, against "
                        + floor.tau().text()
                        + " between two. Trust the order as far as you would trust a training.";
        };
    }

    private static String tie(String among, Ranking ranking) {
        boolean scores = ranking.scores().stream().distinct().count() < 2;
        boolean truths = ranking.truths().stream().distinct().count() < 2;
        return among
                + (scores && truths
                        ? " all scores are equal and all truths too"
                        : scores ? " all scores are equal" : " all truths are equal")
                + ": there is no order to compare, and τ is not defined."
                + (truths ? "" : " These scores cannot choose.");
    }

    /** What follows from all parts together; empty where the parts say it themselves. */
    static List<String> lead(List<Part> parts) {
        Verdict all = parts.get(0).verdict();
        Verdict half = parts.get(1).verdict();
        Verdict tenth = parts.get(2).verdict();
        if (all == Verdict.TOO_FEW) {
            return List.of(
                    "There are too few members to conclude anything. Give five or more; thirty say a good deal.");
        }
        if (all == Verdict.ALL_TIE) {
            return List.of("There is no order to judge.");
        }
        if (!all.ranks()) {
            return List.of(
                    switch (all) {
                        case NOISE ->
                            "Nothing may be concluded about the order: training itself does not tell these members apart"
                                    + (parts.get(0).quality().members() < FEW
                                            ? "; but " + parts.get(0).quality().members()
                                                    + " members are few, and more may show a ranking."
                                            : ".");
                        case REVERSED -> "Do not rank by these scores: they order members the wrong way round.";
                        default ->
                            parts.get(0).quality().members() < FEW
                                    ? "Nothing shows that these scores rank better than a draw by lot; but "
                                            + parts.get(0).quality().members()
                                            + " members are few, and more may show it."
                                    : "Do not rank by these scores: nothing shows that they are better than a draw by lot.";
                    });
        }
        if (all == Verdict.BELOW_FLOOR) {
            return List.of(
                    "Scores tell weak members from good ones, but rank less well than a second training would: use"
                            + " them to sort out, and train the candidates alone before you choose.");
        }
        if (tenth.ranks()) {
            return List.of("Scores rank members, also the best tenth of them.");
        }
        boolean fewInTenth = tenth == Verdict.TOO_FEW;
        if (half.ranks()) {
            return List.of(
                    fewInTenth
                            ? "Scores rank members, also the best half of them; whether they rank the best tenth, so few"
                                    + " members cannot tell."
                            : "Scores rank members, also the best half of them, but do not tell the best from the very"
                                    + " good: train the candidates alone before you choose.");
        }
        if (half == Verdict.TOO_FEW) {
            return List.of("Scores rank members; whether they also rank the good ones, so few members cannot tell.");
        }
        return List.of(
                "Scores tell weak members from good ones, but nothing shows that they rank the good ones: use them"
                        + " to sort out, and train the candidates alone before you choose.");
    }

    /** How far one training can be believed. */
    static List<String> noise(List<Part> parts, String unit) {
        Part all = parts.get(0);
        if (all.floor() == null) {
            return List.of(
                    "No noise floor is known, because each member has one truth: how well a second training would rank"
                            + " them, and whether scores come near to that, cannot be said.");
        }
        List<String> sentences = new ArrayList<>();
        sentences.add("Trainings of one member differ by a standard deviation of "
                + Estimate.text(all.floor().standardDeviation()) + " " + unit
                + ": one training does not tell members apart that are nearer than that.");
        parts.stream()
                .filter(part -> part.fraction() < 1 && part.noFloor() != null)
                .findFirst()
                .ifPresent(part -> sentences.add(part.noFloor()));
        return sentences;
    }

    /** What ranks the members without any training, and what scores know beyond size. */
    static List<String> baselines(Part all, StratifiedTau stratified) {
        List<BaselineTau> known = all.baselines().stream()
                .filter(baseline -> !Double.isNaN(baseline.tau().value()))
                .toList();
        List<String> sentences = new ArrayList<>();
        if (!known.isEmpty()) {
            List<String> each = known.stream()
                    .map(baseline -> "by " + Baseline.label(baseline.name()) + " with τ "
                            + baseline.tau().text())
                    .toList();
            BaselineTau best = Collections.max(
                    known, Comparator.comparingDouble(baseline -> baseline.tau().value()));
            sentences.add(
                    "Without any training the members are ranked " + String.join(", ", each) + ". " + against(best));
        }
        if (stratified != null && !Double.isNaN(stratified.tau().value())) {
            sentences.add("Among members of nearly equal parameters (" + stratified.groups()
                    + " groups; in half of them the largest has less than "
                    + String.format(Locale.ROOT, "%.0f", Math.ceil(100 * stratified.spread()))
                    + " % more than the smallest) scores rank with τ "
                    + stratified.tau().text()
                    + (stratified.tau().isPositive()
                            ? "."
                            : ": nothing shows that they know more than which members are large."));
        }
        return sentences;
    }

    private static String against(BaselineTau best) {
        String by = Baseline.label(best.name());
        Estimate difference = best.difference();
        if (Double.isNaN(difference.value())) {
            return "Scores that do not order the members rank worse than that.";
        }
        String is = "the difference of τ is " + difference.text();
        return difference.isPositive()
                ? "Scores rank better than " + by + " alone: " + is + "."
                : difference.isNegative()
                        ? "Scores rank worse than " + by + " alone: " + is + "."
                        : "Nothing shows that scores rank better than " + by + " alone: " + is + ".";
    }

    /** Why some members have no noise floor. */
    static String noFloor(int trainings, double fraction) {
        if (trainings < NoiseFloor.FEWEST) {
            return "There is no noise floor, because each member has one truth.";
        }
        return trainings < NoiseFloor.FEWEST_OF_BEST && fraction < 1
                ? "Among the best no noise floor is given, because two trainings cannot both say which members are the best and"
                        + " be compared on them: that takes three trainings."
                : "There is no noise floor, because there are too few members.";
    }

    /** What trainings of an earlier version mean; empty where there are none. */
    static List<String> earlier(long count, int trainings) {
        return count == 0
                ? List.of()
                : List.of(count + (count == 1 ? " of these trainings was" : " of these trainings were")
                        + " begun by an earlier version of Weft, in which the first weights of neighbouring seeds were copies of each"
                        + " other, shifted by one"
                        + (trainings > 1 ? ": what is said of the noise of training is less sure" : "")
                        + ". Train again in another folder to be rid of that.");
    }

    /** How inherited weights compare with training alone. */
    static List<String> gap(CostGap gap, String cost, String unit) {
        double mean = gap.mean().value();
        String by =
                Estimate.text(Math.abs(mean)) + " " + unit + " on average" + interval(gap.mean(), mean < 0 ? -1 : 1);
        List<String> sentences = new ArrayList<>();
        if (mean >= 0) {
            sentences.add("Members trained alone are better than with inherited weights by " + by + ".");
        } else {
            sentences.add("Members trained alone are worse than with inherited weights by " + by
                    + ": that is less training than they need, and what it ranks is how fast members learn. Give them more"
                    + " epochs before you believe it.");
        }
        Estimate correlation = gap.costCorrelation();
        if (correlation.isPositive()) {
            sentences.add("The gap grows with " + cost + " (Spearman " + correlation.text()
                    + "): inherited weights make dear members look worse than they are.");
        } else if (correlation.isNegative()) {
            sentences.add("The gap shrinks with " + cost + " (Spearman " + correlation.text()
                    + "): inherited weights make cheap members look worse than they are.");
        } else if (correlation.isBounded()) {
            sentences.add(
                    "Whether the gap depends on " + cost + " cannot be told (Spearman " + correlation.text() + ").");
        }
        return List.of(String.join(" ", sentences));
    }

    private static String interval(Estimate estimate, int sign) {
        if (!estimate.isBounded()) {
            return "";
        }
        double a = sign * estimate.low();
        double b = sign * estimate.high();
        return " (" + Estimate.text(Math.min(a, b)) + " to " + Estimate.text(Math.max(a, b)) + ")";
    }

    /** What choosing by score costs. */
    static List<String> regret(Part all, List<RankQuality.Regret> crossFitted, String unit) {
        if (Double.isNaN(all.quality().tau().value())) {
            return List.of(); // all tie: no member has the highest score
        }
        List<String> sentences = new ArrayList<>();
        for (RankQuality.Regret regret : all.quality().regrets()) {
            Estimate loss = regret.loss();
            String by = Estimate.text(loss.value()) + " " + unit + interval(loss, 1) + " short";
            sentences.add(
                    regret.k() == 1
                            ? "The member with the highest score falls " + by + " of the best one."
                            : "The best of the " + regret.k() + " with the highest scores falls " + by + ".");
        }
        if (sentences.isEmpty()) {
            return List.of();
        }
        if (crossFitted.isEmpty()) {
            sentences.add(
                    "Regret holds the luck of the training that made one member look best, which no score can foresee; a second"
                            + " training would tell how much.");
            return List.of(String.join(" ", sentences));
        }
        return List.of(String.join(" ", sentences), crossFitted(crossFitted, unit));
    }

    /** The same without the luck of a training. */
    private static String crossFitted(List<RankQuality.Regret> regrets, String unit) {
        List<String> parts = new ArrayList<>();
        for (RankQuality.Regret regret : regrets) {
            parts.add(Estimate.text(regret.loss().value()) + " " + unit + interval(regret.loss(), 1) + " for the top "
                    + regret.k());
        }
        return "Regret holds the luck of the training that made one member look best. Where one training chooses and the others"
                + " judge, looking only at the highest scores costs " + String.join(", ", parts)
                + "; under 0, scores choose better than a training does.";
    }

    private static String among(String part, int members) {
        return switch (part) {
            case "all" -> "Among all " + count(members) + " members";
            default -> "In the " + part + " (" + count(members) + (members == 1 ? " member)" : " members)");
        };
    }

    private static String count(int members) {
        return String.format(Locale.ROOT, "%,d", members);
    }

    private static long ofHundred(double tau) {
        return Math.round(50 * (1 + tau));
    }
}
