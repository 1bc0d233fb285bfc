package dev.weft.trust;

import dev.weft.trust.TrustReport.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What may be concluded, as a person would say it: every verdict has its sentence, with the numbers that it rests on. */
final class Sentences {
    private Sentences() {}

    /** What a verdict means for these members. */
    static String of(String part, Ranking ranking, RankQuality quality, NoiseFloor floor, Verdict verdict) {
        String among = among(part, quality.members());
        String tau = "τ " + text(quality.tau());
        return switch (verdict) {
            case TOO_FEW ->
                among + " there are too few to say anything about their order: even a perfect order of four"
                        + " happens by chance once in 24 times.";
            case ALL_TIE -> tie(among, ranking);
            case CHANCE ->
                among + " the order by score cannot be told from chance: " + tau
                        + ". Do not choose among them by score.";
            case REVERSED ->
                among + " the order by score is the wrong way round: " + tau
                        + ". The higher score is more often the worse member.";
            case BETTER_THAN_CHANCE ->
                among + " scores rank better than chance: " + tau + ", so of two members the one"
                        + " with the higher score is better in about "
                        + ofHundred(quality.tau().value())
                        + " of 100 pairs.";
            case NOISE ->
                among + " two trainings of the same members do not rank each other better than chance: τ "
                        + text(floor.tau())
                        + ". The members differ by less than the noise of training, so no ranking is"
                        + " claimed, whatever the scores say (" + tau + ").";
            case BELOW_FLOOR ->
                among + " scores rank better than chance, but worse than a second training would: τ "
                        + text(floor.scoreTau()) + " with one training, against " + text(floor.tau())
                        + " between two. They sort out weak members; the order of near ones is not claimed. Train the"
                        + " candidates alone before you choose.";
            case AT_FLOOR ->
                among + " scores cannot be told from a second training: τ " + text(floor.scoreTau())
                        + " with one training, against " + text(floor.tau()) + " between two. As far as "
                        + quality.members() + " members tell, they rank as well as training does, and no better.";
            case ABOVE_FLOOR ->
                among + " scores agree with a training better than a second training does: τ "
                        + text(floor.scoreTau()) + " with one training, against " + text(floor.tau())
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
                    all == Verdict.NOISE
                            ? "Nothing may be concluded about the order: training itself does not tell these members apart."
                            : all == Verdict.REVERSED
                                    ? "Do not rank by these scores: they order members the wrong way round."
                                    : "Do not rank by these scores: nothing shows that they are better than a draw by lot.");
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

    /** What is missing where every member was trained once. */
    static List<String> floor(int trainings) {
        return trainings > 1
                ? List.of()
                : List.of(
                        "No noise floor is known, because each member has one truth: how well a second training would rank"
                                + " them, and whether scores come near to that, cannot be said.");
    }

    /** What choosing by score costs. */
    static List<String> regret(Part all) {
        List<String> sentences = new ArrayList<>();
        for (RankQuality.Regret regret : all.quality().regrets()) {
            Estimate loss = regret.loss();
            String interval = loss.isBounded() ? " (" + points(loss.low()) + " to " + points(loss.high()) + ")" : "";
            sentences.add(
                    regret.k() == 1
                            ? "The member with the highest score falls " + points(loss.value()) + " points" + interval
                                    + " short of the best one."
                            : "The best of the " + regret.k() + " with the highest scores falls " + points(loss.value())
                                    + " points" + interval + " short.");
        }
        return sentences.isEmpty() ? List.of() : List.of(String.join(" ", sentences));
    }

    private static String among(String part, int members) {
        return switch (part) {
            case "all" -> "Among all " + members + " members";
            default -> "In the " + part + " (" + members + (members == 1 ? " member)" : " members)");
        };
    }

    /** {@code 0.485 (0.471 to 0.498)}. */
    static String text(Estimate estimate) {
        String value = number(estimate.value());
        return estimate.isBounded()
                ? value + " (" + number(estimate.low()) + " to " + number(estimate.high()) + ")"
                : value;
    }

    private static String number(double value) {
        String text = String.format(Locale.ROOT, "%.2f", value);
        return (text.equals("-0.00") ? "0.00" : text).replace('-', '−');
    }

    static String points(double value) {
        return String.format(Locale.ROOT, "%.2f", value).replace('-', '−');
    }

    private static long ofHundred(double tau) {
        return Math.round(50 * (1 + tau));
    }
}
