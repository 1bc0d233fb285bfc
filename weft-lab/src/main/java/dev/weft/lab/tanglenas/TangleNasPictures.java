package dev.weft.lab.tanglenas;

import dev.weft.lab.study.Findings;
import dev.weft.lab.tanglenas.TangleNasDesign.Alone;
import dev.weft.lab.tanglenas.TangleNasDesign.Group;
import dev.weft.report.Plot;
import dev.weft.report.Plot.Mark;
import dev.weft.report.Plot.Point;
import dev.weft.report.Plot.Scale;
import dev.weft.report.Plot.Series;
import dev.weft.space.Choice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The pictures of the page, of the largest budget. */
final class TangleNasPictures {
    private static final Plot.Axis ACCURACY = new Plot.Axis("test accuracy, %", Scale.LINEAR);
    private static final Plot.Axis SEARCHED = new Plot.Axis("epochs of the search", Scale.LINEAR);

    private final TangleNasSize size;
    private final Findings findings;
    private final int budget;

    TangleNasPictures(TangleNasSize size, Findings findings) {
        this.size = size;
        this.findings = findings;
        this.budget = findings.largestBudget();
    }

    List<Plot> all(boolean smallSpace) {
        List<Plot> plots = new ArrayList<>(List.of(costs(), anytime()));
        if (smallSpace) {
            plots.add(1, ranks());
        }
        for (Choice<?> choice : size.model().choices()) {
            plots.add(weights(choice));
        }
        return plots;
    }

    /** What a choice cost and how good it was, beside its controls. */
    private Plot costs() {
        return new Plot(
                "Members trained alone",
                "One mark for each member and seed. A choice is good when it lies above others of its cost.",
                new Plot.Axis("parameters", Scale.LOGARITHMIC),
                ACCURACY,
                List.of(
                        alone("A", Mark.DIAMOND, "A"),
                        alone("C", Mark.TRIANGLE, "C-random", "C-evolution"),
                        alone("largest", Mark.SQUARE, "largest"),
                        alone("random, A's cost", Mark.RING, "D-matched"),
                        alone("random", Mark.DOT, "D"),
                        alone("A, budget", Mark.SQUARE, "A-budget")));
    }

    private Series alone(String name, Mark mark, String... arms) {
        List<Point> points = new ArrayList<>();
        for (long seed : findings.seeds()) {
            for (String arm : arms) {
                findings.kept(budget, seed, "alone-of-" + arm, Group.class).ifPresent(group -> group.members()
                        .forEach(one -> points.add(new Point(
                                one.params(),
                                one.accuracy(),
                                String.format(
                                        Locale.ROOT,
                                        "%s, seed %d: %s, %.2f %%",
                                        arm,
                                        seed,
                                        one.member(),
                                        one.accuracy())))));
            }
        }
        return new Series(name, mark, points);
    }

    private Plot ranks() {
        long seed = findings.seeds().get(0);
        List<Alone> members = findings.shown("alone-of-small-all", Group.class).orElseThrow().members().stream()
                .sorted(Comparator.comparingDouble(Alone::accuracy).reversed())
                .toList();
        List<Point> all = new ArrayList<>();
        for (Alone member : members) {
            all.add(new Point(
                    all.size() + 1,
                    member.accuracy(),
                    String.format(Locale.ROOT, "%s: %.2f %%", member.member(), member.accuracy())));
        }
        return new Plot(
                "All " + members.size() + " members of a small space",
                "Each trained alone with seed " + seed + ", the best at the left.",
                new Plot.Axis("rank", Scale.LINEAR),
                ACCURACY,
                List.of(
                        new Series("A's choice", Mark.DIAMOND, List.of(chosen(members, all, "small-A"))),
                        new Series("C's choice", Mark.TRIANGLE, List.of(chosen(members, all, "small-C"))),
                        new Series("members", Mark.DOT, all)));
    }

    private Point chosen(List<Alone> members, List<Point> all, String arm) {
        String member =
                findings.shown("chosen-" + arm, Chosen.class).orElseThrow().member();
        return all.get(members.stream().map(Alone::member).toList().indexOf(member));
    }

    /** The accuracy of what A would choose during its search, seed by seed. */
    private Plot anytime() {
        return new Plot(
                "A's choice at any time",
                "Accuracy with inherited weights of the member that the logits would choose, on images that nothing is chosen by.",
                SEARCHED,
                new Plot.Axis("accuracy, %", Scale.LINEAR),
                findings.seeds().stream()
                        .map(seed -> line("seed " + seed, curve(seed).accuracy()))
                        .toList());
    }

    /** The expected mixing weights of a choice in A, over the search; one line for each seed would hide the options. */
    private Plot weights(Choice<?> choice) {
        long seed = findings.seeds().get(0);
        return new Plot(
                "Mixing weights of " + choice.name(),
                "A, seed " + seed + "; the highest line at the end is chosen.",
                SEARCHED,
                new Plot.Axis("expected weight", Scale.LINEAR),
                choice.options().stream()
                        .map(option ->
                                line(option.toString(), curve(seed).weights().get(choice.name() + "=" + option)))
                        .toList());
    }

    private SearchCurve curve(long seed) {
        return findings.kept(budget, seed, "curve-A", SearchCurve.class).orElseThrow();
    }

    private static Series line(String name, List<SearchCurve.Point> curve) {
        return Series.of(name, Mark.LINE, curve, SearchCurve.Point::epoch, SearchCurve.Point::value);
    }
}
