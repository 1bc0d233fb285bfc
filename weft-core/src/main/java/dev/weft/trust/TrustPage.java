package dev.weft.trust;

import dev.weft.report.Fact;
import dev.weft.report.Plot;
import dev.weft.report.Plot.Axis;
import dev.weft.report.Plot.Mark;
import dev.weft.report.Plot.Point;
import dev.weft.report.Plot.Scale;
import dev.weft.report.Plot.Series;
import dev.weft.report.RankingReport;
import dev.weft.report.RankingReport.Finding;
import dev.weft.report.RankingReport.Tone;
import dev.weft.report.ReportWriter;
import dev.weft.run.Environment;
import dev.weft.seed.RandomStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A trust report as a page: {@code trust.html}. */
public final class TrustPage {
    /** More would make a cloud of the scatter, and a heavy page. */
    private static final int MOST_POINTS = 1500;

    /** The number of members from which on the best half has a picture of its own. */
    private static final int CLOSER = 20;

    /** A range of costs from which on they are shown by their logarithm. */
    private static final int WIDE = 10;

    private final TrustDocument document;
    private final TrustReport report;
    private final Ranking ranking;

    private TrustPage(TrustDocument document, Ranking ranking) {
        this.document = document;
        this.report = document.report();
        this.ranking = ranking;
    }

    /**
     * Writes the page.
     *
     * @param ranking that the document tells of
     * @param created when, as it is to be read
     * @param commands that repeat it
     */
    public static void write(
            TrustDocument document, Ranking ranking, String created, List<String> commands, Path file) {
        ReportWriter.write(new TrustPage(document, ranking).page(created, commands), file);
    }

    private boolean ofFamily() {
        return document.gap() != null;
    }

    private RankingReport page(String created, List<String> commands) {
        return new RankingReport(
                title(),
                "Trust report · "
                        + String.format(Locale.ROOT, "%,d", report.members())
                        + (ofFamily()
                                ? " members of a family, inherited weights against training alone"
                                : " members, scores against truth")
                        + " · " + created,
                report.conclusions(),
                report.parts().stream()
                        .map(part -> new Finding(tone(part), label(part), part.sentence()))
                        .toList(),
                tables(),
                plots(),
                settings(),
                ofFamily() ? environment() : List.of(),
                commands,
                notes());
    }

    /** The title, by the name of the family's folder, or of its file where that says more. */
    private String title() {
        String family = document.source().get("family");
        if (family == null) {
            return "Can the ranking be trusted?";
        }
        Path file = Path.of(family).toAbsolutePath().normalize();
        Path named = file.getFileName().toString().equals("family.safetensors")
                        && file.getParent().getNameCount() > 0
                ? file.getParent()
                : file;
        return "Can the ranking of " + named.getFileName() + " be trusted?";
    }

    private static Tone tone(TrustReport.Part part) {
        return switch (part.verdict()) {
            case BETTER_THAN_CHANCE, NOT_DISTINGUISHABLE, AT_FLOOR, ABOVE_FLOOR -> Tone.YES;
            case CHANCE, NOISE -> part.quality().members() < Sentences.FEW ? Tone.OPEN : Tone.NO;
            case REVERSED -> Tone.NO;
            case TOO_FEW, ALL_TIE, BELOW_FLOOR -> Tone.OPEN;
        };
    }

    private static String label(TrustReport.Part part) {
        return part.name().equals("all") ? "All members" : "B" + part.name().substring(1);
    }

    private List<RankingReport.Table> tables() {
        List<RankingReport.Table> tables = new ArrayList<>();
        tables.add(new RankingReport.Table(
                "Numbers", columns(), report.parts().stream().map(this::row).toList(), reading()));
        BaselineTable beside = BaselineTable.of(report);
        if (!beside.rows().isEmpty()) {
            tables.add(new RankingReport.Table(
                    "Without any training",
                    firstCapital(beside.columns()),
                    beside.rows().stream().map(TrustPage::firstCapital).toList(),
                    "Kendall τ-b of what is known of a member before any weight is trained, more taken as better. Scores that"
                            + " rank no better are not worth their training as far as the order goes."));
        }
        return tables;
    }

    private static List<String> firstCapital(List<String> row) {
        return Stream.concat(Stream.of(capital(row.get(0))), row.subList(1, row.size()).stream())
                .toList();
    }

    private static String capital(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    private List<String> columns() {
        List<String> columns = new ArrayList<>(List.of("By truth", "Members", "Kendall τ-b", "Spearman"));
        tops().forEach(k -> columns.add("Regret of the top " + k));
        if (report.trainings() > 1) {
            columns.add("τ of scores with one training");
            columns.add("τ between two trainings");
        }
        return columns;
    }

    private List<String> row(TrustReport.Part part) {
        List<String> row = new ArrayList<>(List.of(
                label(part),
                String.format(Locale.ROOT, "%,d", part.quality().members()),
                part.quality().tau().cell(),
                part.quality().spearman().cell()));
        for (int k : tops()) {
            row.add(part.quality().regrets().stream()
                    .filter(regret -> regret.k() == k)
                    .map(regret -> regret.loss().cell())
                    .findFirst()
                    .orElse("–"));
        }
        if (report.trainings() > 1) {
            row.add(part.floor() == null ? "–" : part.floor().scoreTau().cell());
            row.add(part.floor() == null ? "–" : part.floor().tau().cell());
        }
        return row;
    }

    /** The values of K that regret is reported for. */
    private List<Integer> tops() {
        return report.parts().get(0).quality().regrets().stream()
                .map(RankQuality.Regret::k)
                .toList();
    }

    private String reading() {
        Bootstrap bootstrap = report.settings().bootstrap();
        return String.format(
                Locale.ROOT,
                "Beneath a number the interval that holds %.0f percent of %,d draws of the members. Regret: what the best of the"
                        + " top by score falls short of the best, %s. A dash: too few members, or too few trainings.",
                100 * bootstrap.confidence(),
                bootstrap.resamples(),
                document.unit().equals("points") ? "in points" : "in loss");
    }

    private List<Plot> plots() {
        List<Plot> plots = new ArrayList<>(List.of(scatter("Score and truth", ranking, "")));
        if (ranking.size() >= CLOSER) {
            plots.add(scatter("The best half, closer", ranking.best(0.5), "Where a choice is made. "));
        }
        if (report.curve().size() > 2) {
            plots.add(curve());
        }
        if (ofFamily()) {
            plots.add(gap());
        }
        return plots;
    }

    private Plot scatter(String title, Ranking shown, String caption) {
        List<Double> truths = shown.truths();
        Set<String> tenth = new HashSet<>(ranking.best(0.1).members());
        List<Point> best = new ArrayList<>();
        List<Point> others = new ArrayList<>();
        for (int i : drawn(shown.size())) {
            List<Double> trainings = shown.trainings().get(i);
            double truth = truths.get(i);
            Point point = new Point(
                    shown.scores().get(i),
                    truth,
                    Math.min(truth, Collections.min(trainings)),
                    Math.max(truth, Collections.max(trainings)),
                    shown.members().get(i));
            (tenth.contains(shown.members().get(i)) ? best : others).add(point);
        }
        List<Series> series = new ArrayList<>();
        series.add(new Series("other members", Mark.DOT, others));
        series.add(new Series("best tenth by truth", Mark.DOT, best));
        if (ofFamily() && shown == ranking) {
            series.add(new Series("as good alone as inherited", Mark.LINE, diagonal(shown)));
        }
        boolean several = report.trainings() > 1;
        return new Plot(
                title,
                caption
                        + (shown.size() > MOST_POINTS
                                ? String.format(
                                        Locale.ROOT, "%,d of %,d members, drawn by chance. ", MOST_POINTS, shown.size())
                                : "One mark a member. ")
                        + (several ? "Bars reach over its trainings." : ""),
                new Axis(ofFamily() ? "with inherited weights, " + axisUnit() : "score", Scale.LINEAR),
                new Axis(ofFamily() ? "trained alone, " + axisUnit() : "truth", Scale.LINEAR),
                series.stream().filter(s -> !s.points().isEmpty()).toList());
    }

    private String axisUnit() {
        return document.unit().equals("points") ? "% accuracy" : "− loss";
    }

    /** Over the range that both axes share. */
    private static List<Point> diagonal(Ranking shown) {
        double low = Math.max(Collections.min(shown.scores()), Collections.min(shown.truths()));
        double high = Math.min(Collections.max(shown.scores()), Collections.max(shown.truths()));
        return low < high ? List.of(new Point(low, low), new Point(high, high)) : List.of();
    }

    private List<Integer> drawn(int members) {
        List<Integer> all = IntStream.range(0, members).boxed().toList();
        return members <= MOST_POINTS
                ? all
                : RandomStream.BOOTSTRAP
                        .shuffled(all, report.settings().bootstrap().seed())
                        .subList(0, MOST_POINTS);
    }

    private Plot curve() {
        List<Point> scores = new ArrayList<>();
        List<Point> floor = new ArrayList<>();
        for (TrustReport.Kept kept : report.curve()) {
            double x = 100 * kept.fraction();
            String members = String.format(Locale.ROOT, "%,d members", kept.members());
            scores.add(point(x, kept.tau(), members));
            if (kept.floor().isBounded()) {
                floor.add(point(x, kept.floor(), members));
            }
        }
        double least = 100 * report.curve().get(report.curve().size() - 1).fraction();
        List<Series> series = new ArrayList<>(List.of(new Series("scores with truth", Mark.LINE, scores)));
        if (!floor.isEmpty()) {
            series.add(new Series("two trainings with each other: the noise floor", Mark.LINE, floor));
        }
        series.add(new Series("chance", Mark.LINE, List.of(new Point(least, 0), new Point(100, 0))));
        return new Plot(
                "Rank correlation inside the best",
                "From all members (right) to the best few by truth (left), with "
                        + Math.round(100 * report.settings().bootstrap().confidence()) + " % bands.",
                new Axis("best by truth that are kept, %", Scale.LINEAR),
                new Axis("Kendall τ-b", Scale.LINEAR),
                series);
    }

    private static Point point(double x, Estimate estimate, String label) {
        return new Point(
                x,
                estimate.value(),
                Math.min(estimate.value(), estimate.low()),
                Math.max(estimate.value(), estimate.high()),
                label);
    }

    private Plot gap() {
        List<Point> points = new ArrayList<>();
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        for (TrustDocument.Anchor member : document.members()) {
            double mean =
                    member.alone().stream().mapToDouble(Double::doubleValue).sum()
                            / member.alone().size();
            double gap = mean - member.inherited();
            points.add(new Point(
                    member.cost(),
                    gap,
                    Math.min(gap, Collections.min(member.alone()) - member.inherited()),
                    Math.max(gap, Collections.max(member.alone()) - member.inherited()),
                    member.member()));
            least = Math.min(least, member.cost());
            most = Math.max(most, member.cost());
        }
        List<Series> series = new ArrayList<>(List.of(new Series("a member", Mark.DOT, points)));
        if (least < most) {
            series.add(new Series("no gap", Mark.LINE, List.of(new Point(least, 0), new Point(most, 0))));
        }
        return new Plot(
                "What training alone adds",
                "A gap that depends on cost bends the ranking: members on the high side look worse than they are.",
                new Axis(document.cost(), least > 0 && most >= WIDE * least ? Scale.LOGARITHMIC : Scale.LINEAR),
                new Axis("alone minus inherited, " + document.unit(), Scale.LINEAR),
                series);
    }

    private List<Fact> settings() {
        List<Fact> facts = new ArrayList<>();
        document.source().forEach((key, value) -> facts.add(new Fact(words(key), value)));
        Bootstrap bootstrap = report.settings().bootstrap();
        facts.add(new Fact("Members", String.format(Locale.ROOT, "%,d", report.members())));
        facts.add(new Fact("Trainings of each", String.valueOf(report.trainings())));
        facts.add(new Fact("Resamples", String.format(Locale.ROOT, "%,d", bootstrap.resamples())));
        facts.add(new Fact("Seed", String.valueOf(bootstrap.seed())));
        return facts;
    }

    /** {@code trainingSeeds} as {@code Training seeds}. */
    private static String words(String key) {
        return capital(key.replaceAll("([A-Z])", " $1").toLowerCase(Locale.ROOT));
    }

    private static List<Fact> environment() {
        Environment machine = Environment.current();
        return List.of(
                new Fact("Processor", machine.cpu() + ", " + machine.logicalCores() + " cores, " + machine.arch()),
                new Fact("System", machine.os()),
                new Fact("Java", machine.java()),
                new Fact("Weft", machine.weft()),
                new Fact("libtorch", machine.libtorch()));
    }

    private List<String> notes() {
        List<String> notes = new ArrayList<>();
        notes.add(
                "Intervals tell what other members of the same kind would have given. They know nothing of other data, other"
                        + " training or other weights.");
        notes.add(
                "The best half and the best tenth are by truth, which is known only afterwards: a search by score finds other"
                        + " members among its best.");
        notes.add(
                "The best half and the best tenth are cut by the truth that scores are then compared with, so the noise of training"
                        + " that chose them lowers τ there. The noise floor and what stands beside it are cut by other trainings and"
                        + " are free of that.");
        if (report.trainings() == 1) {
            notes.add(
                    "With one truth for each member the noise of training is part of every difference: a perfect score could"
                            + " not reach τ = 1 either.");
        }
        if (ofFamily()) {
            notes.add(
                    "The truth is what this training reaches in these epochs. Members that would need more look worse than they"
                            + " are.");
            notes.add(
                    "Both numbers are of the same examples, so part of what they share is the luck of those examples.");
        }
        return notes;
    }
}
