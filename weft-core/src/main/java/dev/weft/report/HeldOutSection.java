package dev.weft.report;

import dev.weft.report.HeldOutResult.Count;
import dev.weft.report.HeldOutResult.Picture;
import dev.weft.report.HeldOutResult.Predictions;
import dev.weft.report.HeldOutResult.SampleText;
import dev.weft.stats.Proportion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What members do with the report split, one panel a member, as HTML that is complete without scripts. */
final class HeldOutSection {
    /** The number of classes from which on a table of all pairs cannot be read. */
    private static final int MANY_CLASSES = 20;

    private static final int MOST_PAIRS = 15;
    private static final int MOST_CLASSES = 10; // of the worst, and of the best

    /** Pictures of a page, as base64: a page stays under 2 MB with them. */
    private static final int MOST_PICTURE_BYTES = 800_000;

    private final RunReport report;

    HeldOutSection(RunReport report) {
        this.report = report;
    }

    String title() {
        return isText() ? "What members write" : "What members get right and wrong";
    }

    String hint() {
        return isText()
                ? "Each goes on from the first words of the report split, which no choice has seen. Tokens are drawn with the seed"
                        + " that is given, so that the same weights write the same text."
                : "On the report split, which no choice has seen. An interval holds the accuracy on all such images 95 times in a"
                        + " hundred; it does not know how another training would come out.";
    }

    private boolean isText() {
        return !report.measured().heldOut().isEmpty()
                && report.measured().heldOut().get(0).result().sample() != null;
    }

    /** A button for each member; none where there is one. */
    String buttons() {
        List<RunReport.HeldOut> all = report.measured().heldOut();
        if (all.size() < 2) return "";
        return IntStream.range(0, all.size())
                .mapToObj(i -> "<button type=\"button\" data-value=\"" + i + "\" aria-pressed=\"" + (i == 0) + "\">"
                        + Page.escape(all.get(i).name()) + "</button>")
                .collect(Collectors.joining("\n"));
    }

    String panels() {
        StringBuilder html = new StringBuilder();
        int pictures = 0;
        for (RunReport.HeldOut heldOut : report.measured().heldOut()) {
            HeldOutResult result = heldOut.result();
            pictures += pictureBytes(result);
            html.append("<div class=\"held-out\">\n<h3>" + Page.escape(headline(heldOut)) + "</h3>\n" + member(result)
                    + (result.sample() == null ? images(result, pictures <= MOST_PICTURE_BYTES) : text(result.sample()))
                    + "</div>\n");
        }
        return html.toString();
    }

    private static String member(HeldOutResult result) {
        return "<p class=\"hint\"><code>" + MemberTable.breakable(result.member()) + "</code></p>\n"
                + (CellPicture.isCell(result.member()) ? new CellPicture(result.member()).svg() : "");
    }

    private String headline(RunReport.HeldOut heldOut) {
        HeldOutResult result = heldOut.result();
        String name = heldOut.name() + ": ";
        if (result.predictions() == null) {
            return name + report.measured().quality().text(result.quality()) + " on "
                    + Figures.grouped(result.examples()) + " windows of the report split";
        }
        return name + interval(new Proportion(result.quality(), result.examples())) + " of "
                + Figures.grouped(result.examples()) + " images right";
    }

    /** {@code 84.3 % (82.0 to 86.4 %)}. */
    static String interval(Proportion share) {
        return Figures.percent(share.share())
                + String.format(Locale.ROOT, " (%.1f to %.1f\u00a0%%)", 100 * share.low(), 100 * share.high());
    }

    private static int pictureBytes(HeldOutResult result) {
        if (result.predictions() == null) return 0;
        return List.of(result.predictions().wrong(), result.predictions().right()).stream()
                .flatMap(List::stream)
                .mapToInt(picture -> picture.png().length())
                .sum();
    }

    private static String text(SampleText sample) {
        return "<figure class=\"writing\"><p><span class=\"quiet\">" + Page.escape(sample.prompt()) + "</span>"
                + Page.escape(sample.text()) + "</p>\n<figcaption class=\"hint\">Grey: the prompt. Temperature "
                + sample.temperature() + ", seed " + sample.seed() + ".</figcaption></figure>\n";
    }

    private String images(HeldOutResult result, boolean withPictures) {
        Predictions predictions = result.predictions();
        String pictures = withPictures
                ? strip("Wrong, the surest first", predictions.wrong())
                        + strip("Right, classes in turn", predictions.right())
                : "<p class=\"hint\">Pictures are left out here, because the page would grow too large.</p>\n";
        return pictures + "<div class=\"columns plots\">\n" + confusion(predictions) + byClass(predictions)
                + "</div>\n";
    }

    private String strip(String title, List<Picture> pictures) {
        if (pictures.isEmpty()) return "";
        return pictures.stream()
                .map(this::picture)
                .collect(Collectors.joining("", "<h4>" + title + "</h4>\n<ul class=\"examples\">\n", "</ul>\n"));
    }

    private String picture(Picture picture) {
        boolean right = picture.truth() == picture.predicted();
        String predicted = named(picture.predicted()) + " " + percent(picture.probability());
        String truth = right ? "" : "is " + named(picture.truth()) + " (" + percent(picture.truthProbability()) + ")";
        return "<li><img src=\"data:image/png;base64," + picture.png() + "\" alt=\""
                + Page.escape(named(picture.truth()))
                + "\" title=\"" + Page.escape(picture.id()) + "\"><span class=\"" + (right ? "right" : "wrong") + "\">"
                + Page.escape(predicted) + "</span>"
                + (right ? "" : "<span class=\"quiet\">" + Page.escape(truth) + "</span>") + "</li>\n";
    }

    /** Whole percents; only certainty reads 100 %. */
    private static String percent(double share) {
        return (share > 0.994 && share < 1 ? ">99" : String.format(Locale.ROOT, "%.0f", 100 * share)) + "\u00a0%";
    }

    private String named(int index) {
        List<String> classes = report.dataset().classes();
        return index < classes.size() ? classes.get(index) : String.valueOf(index);
    }

    private String confusion(Predictions predictions) {
        int classes = classes(predictions);
        if (classes > MANY_CLASSES) {
            return pairs(predictions);
        }
        List<List<Double>> shares = new ArrayList<>();
        List<String> names = IntStream.range(0, classes).mapToObj(this::named).toList();
        for (int truth = 0; truth < classes; truth++) {
            List<Double> row = new ArrayList<>();
            double all = of(predictions, truth);
            for (int predicted = 0; predicted < classes; predicted++) {
                row.add(all == 0 ? null : 100 * count(predictions, truth, predicted) / all);
            }
            shares.add(row);
        }
        return "<figure class=\"confusion\"><figcaption>Confusion <span class=\"quiet\">Rows: the true class. Columns: what"
                + " the member says. Percent of each row.</span></figcaption>\n"
                + new HeatGrid(new Figure.HeatMap("Confusion", "", names, names, shares, 0, 100, 0)).html()
                + "</figure>\n";
    }

    private String pairs(Predictions predictions) {
        String rows = predictions.counts().stream()
                .filter(count -> count.truth() != count.predicted())
                .sorted(Comparator.comparingInt((Count count) -> -count.examples()))
                .limit(MOST_PAIRS)
                .map(count -> "<tr><th scope=\"row\">" + Page.escape(named(count.truth())) + "</th><td>"
                        + Page.escape(named(count.predicted())) + "</td><td>" + Figures.grouped(count.examples())
                        + " of " + Figures.grouped(of(predictions, count.truth())) + "</td></tr>\n")
                .collect(Collectors.joining());
        return "<figure class=\"confusion\"><figcaption>Most frequent confusions</figcaption>\n<table class=\"pairs\"><thead><tr>"
                + "<th scope=\"col\">True class</th><th scope=\"col\">Taken for</th><th scope=\"col\">Images</th></tr></thead>"
                + "<tbody>\n" + rows + "</tbody></table></figure>\n";
    }

    private String byClass(Predictions predictions) {
        int classes = classes(predictions);
        List<Integer> order = IntStream.range(0, classes)
                .filter(c -> of(predictions, c) > 0)
                .boxed()
                .sorted(Comparator.comparingDouble(c -> share(predictions, c).share()))
                .toList();
        String caption = "From the worst on, with 95 % intervals.";
        if (order.size() > MANY_CLASSES) {
            caption = "The " + MOST_CLASSES + " worst and the " + MOST_CLASSES + " best of "
                    + Figures.grouped(order.size()) + ", with 95 % intervals.";
            List<Integer> ends = new ArrayList<>(order.subList(0, MOST_CLASSES));
            ends.addAll(order.subList(order.size() - MOST_CLASSES, order.size()));
            order = ends;
        }
        return order.stream()
                .map(c -> shareRow(named(c), share(predictions, c)))
                .collect(Collectors.joining(
                        "",
                        "<figure class=\"by-class\"><figcaption>Accuracy by class <span class=\"quiet\">" + caption
                                + "</span></figcaption>\n<div class=\"shares\">\n",
                        "</div></figure>\n"));
    }

    private static String shareRow(String label, Proportion share) {
        return String.format(
                Locale.ROOT,
                "<span class=\"label\">%s</span><span class=\"track\" aria-hidden=\"true\"><i class=\"part\" style=\"width:%.1f%%\"></i>"
                        + "<i class=\"interval\" style=\"left:%.1f%%;width:%.1f%%\"></i></span>"
                        + "<span class=\"value\">%.0f\u00a0%% <span class=\"quiet\">of %s</span></span>\n",
                Page.escape(label),
                100 * share.share(),
                100 * share.low(),
                100 * (share.high() - share.low()),
                100 * share.share(),
                Figures.grouped(share.trials()));
    }

    private int classes(Predictions predictions) {
        int most = predictions.counts().stream()
                .mapToInt(count -> 1 + Math.max(count.truth(), count.predicted()))
                .max()
                .orElse(0);
        return Math.max(most, report.dataset().classes().size());
    }

    private static Proportion share(Predictions predictions, int truth) {
        int all = of(predictions, truth);
        return new Proportion((double) count(predictions, truth, truth) / all, all);
    }

    private static int of(Predictions predictions, int truth) {
        return predictions.counts().stream()
                .filter(count -> count.truth() == truth)
                .mapToInt(Count::examples)
                .sum();
    }

    private static int count(Predictions predictions, int truth, int predicted) {
        return predictions.counts().stream()
                .filter(count -> count.truth() == truth && count.predicted() == predicted)
                .mapToInt(Count::examples)
                .sum();
    }
}
