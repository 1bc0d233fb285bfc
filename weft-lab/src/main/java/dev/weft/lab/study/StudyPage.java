package dev.weft.lab.study;

import dev.weft.report.ExperimentReport;
import dev.weft.report.ExperimentReport.Cell;
import dev.weft.report.ExperimentReport.Metric;
import dev.weft.report.ExperimentReport.Verdict;
import dev.weft.report.Fact;
import dev.weft.report.Figure;
import dev.weft.report.FigureGroup;
import dev.weft.report.PageDate;
import dev.weft.report.Plot;
import dev.weft.run.Environment;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** What the page of a study shows: what the design says, and what every study has. */
final class StudyPage {
    private static final String SMOKE = "smoke run: says nothing about the claim";
    private static final int LINES = 5; // there are colours for so many

    private final Study study;
    private final StudySettings settings;
    private final Design design;
    private final Path folder;
    private final Findings findings;

    StudyPage(Study study, StudySettings settings, Design design, Path folder, Findings findings) {
        this.study = study;
        this.settings = settings;
        this.design = design;
        this.folder = folder;
        this.findings = findings;
    }

    ExperimentReport report(List<StudyResults.Statement> claims) {
        List<FigureGroup> figures = new ArrayList<>(design.figures(findings));
        List<Figure> curves = curves();
        if (!curves.isEmpty()) {
            figures.add(new FigureGroup(
                    "Learning curves",
                    "Training loss of the first seed: means over equal parts of the training. In a distilled step it is the loss against"
                            + " the teacher, which cannot be compared with one against labels.",
                    curves));
        }
        return new ExperimentReport(
                settings.smoke() ? study.title() + ", " + SMOKE : study.title() + " at small scale",
                PageDate.of(Instant.now()),
                study.paper(),
                settings.smoke() ? "Smoke run: says nothing about the claim. " + study.claim() : study.claim(),
                claims.stream()
                        .map(c -> new Verdict(
                                c.verdict(), atBudget(c.epochs(), ": ") + c.sentence(), c.kind() != Claim.Kind.REPORT))
                        .toList(),
                findings.seeds(),
                metrics(),
                rows(),
                facts(),
                environment(),
                List.of(settings.command(study.name(), folder).fromAnywhere()),
                notes(),
                design.plots(findings),
                figures);
    }

    /** Says at which budget, where there are several. */
    private String atBudget(int epochs, String behind) {
        return findings.budgets().size() == 1 ? "" : "At " + epochs + " epochs" + behind;
    }

    private String name(Arm arm, int epochs) {
        return findings.budgets().size() == 1 ? arm.name() : arm.name() + ", " + epochs + " epochs";
    }

    private List<Metric> metrics() {
        List<Metric> metrics = new ArrayList<>();
        design.columns().forEach(c -> metrics.add(new Metric(c.label(), c.unit(), c.decimals(), c.charted())));
        metrics.add(new Metric("updates of a shared weight", "", 0, false));
        metrics.add(new Metric("passes", "", 0, false));
        metrics.add(new Metric("training", "s", 0, false));
        return metrics;
    }

    private List<ExperimentReport.Arm> rows() {
        List<ExperimentReport.Arm> rows = new ArrayList<>();
        for (int epochs : findings.budgets()) {
            for (Arm arm : findings.arms(epochs)) {
                List<Cell> cells = new ArrayList<>();
                design.columns().forEach(c -> cells.add(new Cell(findings.list(epochs, arm.name(), c.key()))));
                cells.add(cell(arm, epochs, ArmResult::updates));
                cells.add(cell(arm, epochs, ArmResult::passes));
                cells.add(cell(arm, epochs, ArmResult::seconds));
                rows.add(new ExperimentReport.Arm(name(arm, epochs), arm.description(), cells));
            }
        }
        return rows;
    }

    private Cell cell(Arm arm, int epochs, ToDoubleFunction<ArmResult> number) {
        List<Double> values = findings.of(epochs, arm.name()).values().stream()
                .map(number::applyAsDouble)
                .toList();
        return new Cell(values.stream().allMatch(v -> v == 0) ? List.of() : values);
    }

    /** A picture for each role and budget: the losses of the arms that have it. */
    private List<Figure> curves() {
        List<Figure> figures = new ArrayList<>();
        long seed = findings.seeds().get(0);
        for (int epochs : findings.budgets()) {
            Set<String> roles = new LinkedHashSet<>();
            findings.arms(epochs)
                    .forEach(arm -> roles.addAll(
                            findings.of(epochs, arm.name()).get(seed).curves().keySet()));
            for (String role : roles) {
                List<Plot.Series> all = new ArrayList<>();
                for (Arm arm : findings.arms(epochs)) {
                    List<Double> losses =
                            findings.of(epochs, arm.name()).get(seed).curves().get(role);
                    if (losses != null) {
                        all.add(new Plot.Series(arm.name(), Plot.Mark.LINE, points(losses)));
                    }
                }
                for (int from = 0; from < all.size(); from += LINES) {
                    figures.add(new Plot(
                            name("Loss of the " + role + " member", epochs),
                            "",
                            new Plot.Axis("part of training, %", Plot.Scale.LINEAR),
                            new Plot.Axis("training loss", Plot.Scale.LINEAR),
                            all.subList(from, Math.min(all.size(), from + LINES))));
                }
            }
        }
        return figures;
    }

    private String name(String title, int epochs) {
        return findings.budgets().size() == 1 ? title : title + ", " + epochs + " epochs";
    }

    private static List<Plot.Point> points(List<Double> losses) {
        List<Plot.Point> points = new ArrayList<>();
        for (int i = 0; i < losses.size(); i++) {
            points.add(new Plot.Point(100 * (i + 0.5) / losses.size(), losses.get(i)));
        }
        return points;
    }

    private List<Fact> facts() {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact(
                "Budget",
                findings.budgets().stream().map(String::valueOf).collect(Collectors.joining(" and ")) + " "
                        + study.budget()));
        facts.addAll(design.facts(findings));
        Map<String, Object> known = new LinkedHashMap<>(design.words());
        known.put("data", settings.data());
        Words words = new Words(design.size(), known);
        study.facts().forEach((about, text) -> facts.add(new Fact(about, words.in(text))));
        return facts;
    }

    private static List<Fact> environment() {
        Environment here = Environment.current();
        return List.of(
                new Fact("Processor", here.cpu() + ", " + here.logicalCores() + " logical cores"),
                new Fact("System", here.os() + ", " + here.arch()),
                new Fact("Java", here.java()),
                new Fact("libtorch", here.libtorch()),
                new Fact("Weft", here.weft()));
    }

    private List<String> notes() {
        List<String> notes = new ArrayList<>(List.of(
                "Verdicts compare arms seed by seed: the 95 % interval is Student's, of the mean of paired values. With few seeds it is"
                        + " wide, and undecided is the honest word. One seed decides nothing.",
                "All seeds share the data that is reported on, so intervals cover the chance of training, not that of the data.",
                "Updates say how often a shared weight was trained, the mean over its entries: a weight that few members use is trained by"
                        + " few steps. Passes are forward passes of members in training, each with its backward pass; those of a"
                        + " fixed teacher are not counted."));
        notes.addAll(design.notes(findings));
        return notes;
    }
}
