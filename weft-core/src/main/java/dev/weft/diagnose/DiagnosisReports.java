package dev.weft.diagnose;

import dev.weft.diagnose.ChoiceConflict.Options;
import dev.weft.report.DiagnosisReport;
import dev.weft.report.Fact;
import dev.weft.report.Figure;
import dev.weft.report.Figure.Bar;
import dev.weft.report.FigureGroup;
import dev.weft.report.Plot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A diagnosis as a page: sentences, pictures, and what it cannot say. */
public final class DiagnosisReports {
    private static final int MOST_MEMBERS = 16;
    private static final int MOST_CHOICES = 8;
    private static final int MOST_OPTION_MAPS = 3;
    private static final double CLEAR = 2;

    private final Diagnosis diagnosis;

    private DiagnosisReports(Diagnosis diagnosis) {
        this.diagnosis = diagnosis;
    }

    /**
     * The page of a diagnosis.
     *
     * @param title of the family
     * @param created as it is to be read
     * @param settings facts that the diagnosis does not know: the family's file, its data, the machine
     * @param commands that repeat it
     */
    public static DiagnosisReport of(
            Diagnosis diagnosis, String title, String created, List<Fact> settings, List<String> commands) {
        DiagnosisReports reports = new DiagnosisReports(diagnosis);
        List<Fact> facts = new ArrayList<>(settings);
        facts.addAll(reports.settings());
        return new DiagnosisReport(
                title,
                created,
                findings(diagnosis),
                diagnosis.suggestions().stream()
                        .map(s -> new DiagnosisReport.Suggestion(s.key(), s.setting(), s.measured(), s.threshold()))
                        .toList(),
                List.of(reports.conflicts(), reports.options(), reports.noise()).stream()
                        .filter(group -> !group.figures().isEmpty())
                        .toList(),
                reports.members(),
                facts,
                commands,
                limits(diagnosis));
    }

    /** What was measured, in sentences. */
    public static List<String> findings(Diagnosis diagnosis) {
        List<String> findings = new ArrayList<>();
        GradientVariance variance = diagnosis.variance();
        findings.add(
                Double.isInfinite(diagnosis.noiseToSignal())
                        ? format(
                                "A step's gradient is so noisy that %d draws do not tell its mean from zero: the variance is"
                                        + " %.3g, the squared mean no more than noise alone makes it.",
                                variance.draws(), variance.whole().variance())
                        : format(
                                "A step's gradient: variance %.3g, %.1f times the squared norm of its mean.",
                                variance.whole().variance(), diagnosis.noiseToSignal()));
        findings.add(format(
                "Of that variance %.0f percent (standard error %.0f) is between members on the same data, the rest between"
                        + " batches.",
                100 * diagnosis.memberShare(), 100 * diagnosis.memberShareError()));
        findings.add(
                Double.isNaN(diagnosis.meanCosine())
                        ? "No two of the members share a weight."
                        : format(
                                "Two members' gradients on the same batch have a mean cosine of %.2f over all layers; %.0f"
                                        + " percent of the pairs point apart.",
                                diagnosis.meanCosine(), 100 * diagnosis.opposedPairs()));
        diagnosis.layers().stream()
                .filter(Diagnosis.LayerConflict::isShared)
                .min(Comparator.comparingDouble(Diagnosis.LayerConflict::meanCosine))
                .ifPresent(layer -> findings.add(format(
                        "The layer with the least agreement is %s: mean cosine %.2f, lowest %.2f, of %d pairs.",
                        layer.name(), layer.meanCosine(), layer.lowestCosine(), layer.pairs())));
        byGap(diagnosis.choices()).stream()
                .findFirst()
                .ifPresent(choice -> findings.add(format(
                        "The choice whose options differ most is %s: mean cosine %.2f where members agree in it, %.2f where they do"
                                + " not (gap %.2f, standard error %s).",
                        choice.choice(),
                        choice.agree(),
                        choice.differ(),
                        choice.gap(),
                        known(choice.standardError()))));
        return findings;
    }

    /** What these numbers cannot say. */
    public static List<String> limits(Diagnosis diagnosis) {
        List<String> limits = new ArrayList<>(List.of(
                "All of it is of the weights as they are now. Early in training members may conflict more or less.",
                "Gradients are those of the cross-entropy with labels, on unchanged training examples, with the batch's own"
                        + " statistics and without dropout: distillation, augmentation, clipping and weight decay are not in"
                        + " them. An optimiser that rescales gradients changes what they do.",
                "A gradient against another's says that one step hurts the other's loss on this batch. It does not show that"
                        + " the accuracy of either would be better with weights of its own: train both and compare.",
                "The variance is large beside the mean at the end of every training, because the mean goes to zero. Compare"
                        + " samplings at the same weights before trusting a ratio.",
                "Members of a pair usually differ in several choices. Means over pairs of a choice average over the others,"
                        + " which needs many members; the standard error is by leaving one member out at a time."));
        limits.add(format(
                "%d members on %d batches were compared; another seed draws others.",
                diagnosis.members().size(), diagnosis.settings().batches()));
        return limits;
    }

    private FigureGroup conflicts() {
        List<Figure> figures = new ArrayList<>();
        List<String> names =
                diagnosis.members().stream().map(Diagnosis.Probed::name).toList();
        if (names.size() <= MOST_MEMBERS) {
            figures.add(signed(
                    "Members against members",
                    "Over all layers, the mean over batches. Names are explained below.",
                    names,
                    names,
                    withoutDiagonal(diagnosis.cosines())));
        }
        List<ChoiceConflict> choices =
                byGap(diagnosis.choices()).stream().limit(MOST_CHOICES).toList();
        List<String> rows = diagnosis.layers().stream()
                .filter(Diagnosis.LayerConflict::isShared)
                .map(Diagnosis.LayerConflict::name)
                .toList();
        if (!rows.isEmpty()) {
            List<String> columns = new ArrayList<>(List.of("all pairs", "lowest pair"));
            choices.forEach(choice -> columns.add("≠ " + choice.choice()));
            figures.add(signed(
                    "Layers",
                    "Mean cosine of all pairs, cosine of the lowest, and the mean of the pairs that differ in a choice"
                            + (diagnosis.choices().size() > MOST_CHOICES
                                    ? " (the " + MOST_CHOICES + " choices with the widest gap)."
                                    : ".")
                            + (rows.size() < diagnosis.layers().size()
                                    ? " Layers that fewer than three pairs share are left out."
                                    : ""),
                    rows,
                    columns,
                    rows.stream().map(layer -> layerRow(layer, choices)).toList()));
        }
        return new FigureGroup(
                "Where members conflict",
                "Cosine of two members' gradients on the same batch, over the weights that both use. Blue: a step for one"
                        + " helps the other. Red, below 0: it hurts. A dash: no weight in common.",
                figures);
    }

    private List<Double> layerRow(String layer, List<ChoiceConflict> choices) {
        List<Double> row = new ArrayList<>();
        Diagnosis.LayerConflict all = diagnosis.layers().stream()
                .filter(l -> l.name().equals(layer))
                .findFirst()
                .orElseThrow();
        row.add(all.meanCosine());
        row.add(all.lowestCosine());
        for (ChoiceConflict choice : choices) {
            row.add(diagnosis.choicesByLayer().stream()
                    .filter(c -> c.layer().equals(layer) && c.choice().equals(choice.choice()))
                    .map(ChoiceConflict::differ)
                    .findFirst()
                    .orElse(null));
        }
        return row;
    }

    /** Option by option, for the choices with the widest gap, in the layer where it is widest. */
    private FigureGroup options() {
        List<Figure> figures = new ArrayList<>();
        Set<String> seen = new LinkedHashSet<>();
        for (ChoiceConflict conflict : byGap(diagnosis.choicesByLayer())) {
            if (figures.size() < MOST_OPTION_MAPS
                    && conflict.gap() > CLEAR * conflict.standardError() // false where that is not known
                    && seen.add(conflict.choice())) {
                figures.add(optionMap(conflict));
            }
        }
        return new FigureGroup(
                "Which options disagree",
                "Mean cosine between members of two options of a choice, in the layer where the choice matters most: of the"
                        + " layers whose gap is over two standard errors, the one with the widest.",
                figures);
    }

    private static Figure optionMap(ChoiceConflict conflict) {
        Set<String> names = new LinkedHashSet<>();
        conflict.options().forEach(options -> names.add(options.first()));
        conflict.options().forEach(options -> names.add(options.second()));
        List<String> labels = List.copyOf(names);
        return signed(
                conflict.choice(),
                format(
                        "In %s: %.2f where members agree, %.2f where they differ, gap %.2f, standard error %s.",
                        conflict.layer(),
                        conflict.agree(),
                        conflict.differ(),
                        conflict.gap(),
                        known(conflict.standardError())),
                labels,
                labels,
                labels.stream()
                        .map(row -> labels.stream()
                                .map(column -> cosine(conflict.options(), row, column))
                                .collect(Collectors.toList())) // holds nulls
                        .collect(Collectors.toList()));
    }

    private static Double cosine(List<Options> all, String first, String second) {
        return all.stream()
                .filter(o -> o.first().equals(first) && o.second().equals(second)
                        || o.first().equals(second) && o.second().equals(first))
                .map(Options::cosine)
                .findFirst()
                .orElse(null);
    }

    private FigureGroup noise() {
        GradientVariance variance = diagnosis.variance();
        List<GradientVariance.Part> layers = variance.layers().stream()
                .filter(layer -> layer.variance() + layer.squaredMean() > 0) // what no draw uses has nothing to show
                .toList();
        List<Figure> figures = new ArrayList<>();
        figures.add(new Figure.Bars(
                "Share of the variance",
                "How much of the whole variance lies in each layer.",
                "%",
                1,
                layers.stream()
                        .map(layer -> new Bar(
                                layer.name(),
                                100 * layer.variance() / variance.whole().variance()))
                        .toList()));
        figures.add(new Figure.Bars(
                "Variance over squared mean",
                "Of the drawn gradients; " + variance.draws() + " draws cannot show much more than " + variance.draws()
                        + ".",
                "×",
                1,
                layers.stream()
                        .map(layer -> new Bar(layer.name(), layer.relative()))
                        .filter(bar -> Double.isFinite(bar.value()))
                        .toList()));
        figures.add(new Plot(
                "Gradient norm by size",
                "One dot a member of the conflict map: the mean over batches of its gradient's norm.",
                new Plot.Axis("parameters", Plot.Scale.LOGARITHMIC),
                new Plot.Axis("norm", Plot.Scale.LINEAR),
                List.of(new Plot.Series(
                        "members",
                        Plot.Mark.DOT,
                        diagnosis.members().stream()
                                .map(m -> new Plot.Point(m.params(), m.gradientNorm(), m.name()))
                                .toList()))));
        return new FigureGroup(
                "How noisy a step is",
                "The gradient of one step of the sampling, over draws of members and batches at these weights.",
                figures);
    }

    private List<Fact> members() {
        return diagnosis.members().stream()
                .map(m -> new Fact(
                        m.name(),
                        format("%s · %,d parameters · gradient norm %.3g", m.member(), m.params(), m.gradientNorm())))
                .toList();
    }

    private List<Fact> settings() {
        DiagnosisSettings settings = diagnosis.settings();
        return List.of(
                new Fact("Sampler of the steps", diagnosis.sampler().inWords()),
                new Fact("Batches of a step", String.valueOf(diagnosis.accumulate())),
                new Fact("Draws", settings.draws() + ", and as many in pairs on the same data"),
                new Fact("Conflict map", diagnosis.members().size() + " members, " + settings.batches() + " batches"),
                new Fact("Seed", String.valueOf(settings.seed())));
    }

    private static List<ChoiceConflict> byGap(List<ChoiceConflict> choices) {
        return choices.stream()
                .filter(choice -> !Double.isNaN(choice.gap()))
                .sorted(Comparator.comparingDouble(ChoiceConflict::gap).reversed())
                .toList();
    }

    private static Figure signed(
            String title, String caption, List<String> rows, List<String> columns, List<List<Double>> values) {
        return new Figure.HeatMap(
                title,
                caption,
                rows,
                columns,
                values.stream()
                        .map(row -> row.stream()
                                .map(v -> v == null || v.isNaN() ? null : v)
                                .collect(Collectors.toList())) // holds nulls
                        .toList(),
                0,
                1,
                2,
                true);
    }

    private static List<List<Double>> withoutDiagonal(List<List<Double>> table) {
        return IntStream.range(0, table.size())
                .mapToObj(i -> IntStream.range(0, table.size())
                        .mapToObj(j -> i == j ? null : table.get(i).get(j))
                        .collect(Collectors.toList())) // holds nulls
                .collect(Collectors.toList());
    }

    private static String known(double value) {
        return Double.isNaN(value) ? "unknown" : format("%.2f", value);
    }

    private static String format(String text, Object... values) {
        return String.format(Locale.ROOT, text, values);
    }
}
