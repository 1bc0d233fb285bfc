package dev.weft.lab.tanglenas;

import dev.weft.lab.Judgement;
import dev.weft.lab.Reproduction;
import dev.weft.lab.ReproductionSettings;
import dev.weft.lab.tanglenas.Measurements.Alone;
import dev.weft.lab.tanglenas.Measurements.Seed;
import dev.weft.report.ExperimentReport;
import dev.weft.report.ExperimentReport.Verdict;
import dev.weft.report.Fact;
import dev.weft.report.PageDate;
import dev.weft.report.Plot;
import dev.weft.report.Plot.Mark;
import dev.weft.report.Plot.Point;
import dev.weft.report.Plot.Scale;
import dev.weft.report.Plot.Series;
import dev.weft.run.Environment;
import dev.weft.space.Choice;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the page of the reproduction says and shows around its table. */
final class TangleNasPage {
    private static final String CLAIM =
            "Search by gradient in one set of entangled weights costs what the largest member costs, not what all options cost, and "
                    + "chooses better members than random paths with a search afterwards. At this scale: A stores the weights of the "
                    + "largest member, and a step is faster than with separate weights (B); trained alone, A's choice is at least "
                    + "0.5 points above the mean of random members (D) and at most 0.5 points below the choices of single path (C).";

    private final Reproduction reproduction;
    private final ReproductionSettings settings;
    private final Path folder;
    private final TangleNasScale scale;
    private final TangleNasTable table;
    private final Measurements measured;

    TangleNasPage(
            Reproduction reproduction,
            ReproductionSettings settings,
            Path folder,
            TangleNasScale scale,
            TangleNasTable table,
            Measurements measured) {
        this.reproduction = reproduction;
        this.settings = settings;
        this.folder = folder;
        this.scale = scale;
        this.table = table;
        this.measured = measured;
    }

    ExperimentReport report(List<Judgement> judgements) {
        return new ExperimentReport(
                settings.smoke() ? "TangleNAS, smoke run: says nothing about the claim" : "TangleNAS at small scale",
                PageDate.of(Instant.now()),
                reproduction.paper(),
                settings.smoke() ? "Smoke run: says nothing about the claim. " + CLAIM : CLAIM,
                judgements.stream()
                        .map(j -> new Verdict(j.outcome(), j.sentence()))
                        .toList(),
                measured.seeds(),
                TangleNasTable.METRICS,
                table.arms(),
                settings(),
                environment(),
                List.of(settings.command(reproduction.name(), measured.seeds().size(), folder)
                        .fromAnywhere()),
                notes(),
                plots(),
                List.of());
    }

    // --- Pictures
    // -------------------------------------------------------------------------------------------------------

    private List<Plot> plots() {
        List<Plot> plots = new ArrayList<>(List.of(costs(), ranks(), anytime()));
        for (Choice<?> choice : scale.model().choices()) {
            plots.add(weights(choice));
        }
        return plots;
    }

    /** What a choice cost and how good it was, beside its controls. */
    private Plot costs() {
        List<Series> series = new ArrayList<>();
        series.add(alone("A", Mark.DIAMOND, TangleNasArms.ENTANGLED));
        series.add(
                alone("C", Mark.TRIANGLE, TangleNasReproduction.RANDOM_CHOICE, TangleNasReproduction.EVOLVED_CHOICE));
        series.add(alone("largest", Mark.SQUARE, Measurements.LARGEST));
        series.add(alone("random, A's cost", Mark.RING, Measurements.MATCHED));
        series.add(alone("random", Mark.DOT, Measurements.RANDOM));
        series.add(alone("A, budget", Mark.SQUARE, TangleNasArms.WITHIN_BUDGET));
        return new Plot(
                "Members trained alone",
                "One mark for each member and seed. A choice is good when it lies above others of its cost.",
                new Plot.Axis("parameters", Scale.LOGARITHMIC),
                new Plot.Axis("test accuracy, %", Scale.LINEAR),
                series);
    }

    private Series alone(String name, Mark mark, String... groups) {
        List<Point> points = new ArrayList<>();
        for (Seed seed : measured.seedResults()) {
            for (String group : groups) {
                for (Alone one : seed.alone().get(group)) {
                    points.add(new Point(
                            one.params(),
                            one.accuracy(),
                            String.format(
                                    Locale.ROOT,
                                    "%s, seed %d: %s, %.2f %%",
                                    group,
                                    seed.seed(),
                                    one.member(),
                                    one.accuracy())));
                }
            }
        }
        return new Series(name, mark, points);
    }

    private Plot ranks() {
        SmallSpace small = measured.smallSpace();
        List<Point> all = new ArrayList<>();
        for (int i = 0; i < small.members().size(); i++) {
            SmallSpace.Trained member = small.members().get(i);
            all.add(new Point(
                    i + 1,
                    member.accuracy(),
                    String.format(Locale.ROOT, "%s: %.2f %%", member.member(), member.accuracy())));
        }
        List<String> members =
                small.members().stream().map(SmallSpace.Trained::member).toList();
        return new Plot(
                "All " + members.size() + " members of a small space",
                "Each trained alone with seed " + measured.seeds().get(0) + ", the best at the left.",
                new Plot.Axis("rank", Scale.LINEAR),
                new Plot.Axis("test accuracy, %", Scale.LINEAR),
                List.of(
                        new Series("A's choice", Mark.DIAMOND, List.of(all.get(members.indexOf(small.byGradient())))),
                        new Series("C's choice", Mark.TRIANGLE, List.of(all.get(members.indexOf(small.singlePath())))),
                        new Series("members", Mark.DOT, all)));
    }

    /** The accuracy of what A would choose during its search, seed by seed. */
    private Plot anytime() {
        List<Series> series = new ArrayList<>();
        for (Seed seed : measured.seedResults()) {
            series.add(new Series(
                    "seed " + seed.seed(), Mark.LINE, points(curve(seed).accuracy())));
        }
        return new Plot(
                "A's choice at any time",
                "Accuracy with inherited weights of the member that the logits would choose, on images that nothing is chosen by.",
                new Plot.Axis("epochs of the search", Scale.LINEAR),
                new Plot.Axis("accuracy, %", Scale.LINEAR),
                series);
    }

    /** The expected mixing weights of a choice in A, over the search; one line for each seed would hide the options. */
    private Plot weights(Choice<?> choice) {
        Seed seed = measured.seedResults().get(0);
        List<Series> series = new ArrayList<>();
        for (Object option : choice.options()) {
            series.add(new Series(
                    option.toString(), Mark.LINE, points(curve(seed).weights().get(choice.name() + "=" + option))));
        }
        return new Plot(
                "Mixing weights of " + choice.name(),
                "A, seed " + seed.seed() + "; the highest line at the end is chosen.",
                new Plot.Axis("epochs of the search", Scale.LINEAR),
                new Plot.Axis("expected weight", Scale.LINEAR),
                series);
    }

    private static SearchCurve curve(Seed seed) {
        return seed.curves().stream()
                .filter(c -> c.arm().equals(TangleNasArms.ENTANGLED))
                .findFirst()
                .orElseThrow();
    }

    private static List<Point> points(List<SearchCurve.Point> curve) {
        return curve.stream().map(p -> new Point(p.epoch(), p.value())).toList();
    }

    // --- Words
    // ----------------------------------------------------------------------------------------------------------

    private List<Fact> settings() {
        return List.of(
                new Fact(
                        "Data",
                        settings.data()
                                + ", 28×28 pixels resized to 14×14 (means of 2×2). Searches train weights on one half of"
                                + " the training images and choose by the other; " + scale.selectionSize()
                                + " more serve only the curve of the search"),
                new Fact(
                        "Space",
                        scale.model().space().count() + " members: "
                                + scale.model().space().inWords()),
                new Fact(
                        "Small space",
                        scale.smallModel().space().count() + " members: "
                                + scale.smallModel().space().inWords()),
                new Fact(
                        "Searches",
                        String.format(
                                Locale.ROOT,
                                "%d epochs over one half in A and B, a step of the logits before each step of the weights; %d epochs"
                                        + " in C: as many gradient steps",
                                scale.searchEpochs(),
                                2 * scale.searchEpochs())),
                new Fact(
                        "Weights",
                        String.format(
                                Locale.ROOT,
                                "SGD, Nesterov momentum 0.9, learning rate %s (alone %s) to a hundredth by cosine, weight decay 5e-4,"
                                        + " gradients clipped at norm 5, batches of %d",
                                scale.weightRate(),
                                scale.aloneRate(),
                                scale.batchSize())),
                new Fact(
                        "Logits",
                        "Adam, learning rate " + scale.logitRate()
                                + ", betas 0.5 and 0.999, weight decay 1e-3, first order"),
                new Fact(
                        "Batch norm",
                        "after each convolution, under a blend "
                                + scale.norm().name().toLowerCase(Locale.ROOT) + "; recalibrated on "
                                + scale.calibrationBatches() + " batches before every evaluation"),
                new Fact(
                        "Choice in C",
                        String.format(
                                Locale.ROOT,
                                "%d random members, or evolution with a population of %d over %d generations, by accuracy on the"
                                        + " other half",
                                scale.candidates(),
                                scale.population(),
                                scale.generations())),
                new Fact(
                        "Trained alone",
                        scale.epochs() + " epochs over all training images, the same for every member"),
                new Fact(
                        "Budget of A-budget",
                        String.format(
                                Locale.ROOT,
                                "%.0f %% of the largest member's parameters; factor %s",
                                100 * scale.costTarget(),
                                scale.costFactor())));
    }

    private static List<Fact> environment() {
        Environment here = Environment.current();
        return List.of(
                new Fact("Processor", here.cpu() + ", " + here.logicalCores() + " logical cores, one thread"),
                new Fact("System", here.os() + ", " + here.arch()),
                new Fact("Java", here.java()),
                new Fact("libtorch", here.libtorch()),
                new Fact("Weft", here.weft()));
    }

    private List<String> notes() {
        List<String> notes = new ArrayList<>(List.of(
                "Verdicts about accuracy compare seed by seed: the 95 % interval is Student's, of the mean of paired differences. With"
                        + " few seeds it is wide, and undecided is the honest word. All seeds share the test images.",
                "Nothing in A keeps members small, and larger ones tend to be more accurate: the fair comparison is with random"
                        + " members of the same cost.",
                "The time of a search by gradient holds the evaluations behind its curve; that of C is training and measuring"
                        + " candidates. Step times are medians of steps taken in turn.",
                "The last convolution sees 3×3 pixels in the full experiment: a kernel of 7 does no more there than one of 5, and costs"
                        + " more. Without a budget nothing tells a search so.",
                "C halves the training images differently from A: both halves are random, of the same images."));
        if (scale.separateSeeds() < measured.seeds().size()) {
            notes.add("B was searched to its end with " + scale.separateSeeds() + " of the seeds only.");
        }
        for (Seed seed : measured.seedResults()) {
            for (Chosen chosen : seed.chosen()) {
                notes.add(String.format(
                        Locale.ROOT,
                        "Seed %d, %s chose %s: %.2f %% with inherited weights, %.2f %% trained alone.",
                        seed.seed(),
                        chosen.arm(),
                        chosen.member(),
                        chosen.inherited(),
                        seed.meanAccuracy(chosen.arm())));
            }
        }
        return notes;
    }
}
