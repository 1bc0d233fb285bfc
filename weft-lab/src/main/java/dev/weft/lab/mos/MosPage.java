package dev.weft.lab.mos;

import dev.weft.lab.Judgement;
import dev.weft.lab.Reproduction;
import dev.weft.lab.ReproductionSettings;
import dev.weft.report.ExperimentReport;
import dev.weft.report.ExperimentReport.Verdict;
import dev.weft.report.Fact;
import dev.weft.report.PageDate;
import dev.weft.run.Environment;
import dev.weft.space.Space;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What the page of the reproduction says around its table. */
final class MosPage {
    private static final String CLAIM =
            "Experts that a router mixes for each member resolve the conflict between members that share weights; the mixture of "
                    + "a chosen member collapses to plain weights. At this scale: where members want opposite functions, both "
                    + "kinds of experts halve the error of a standard supernet or better, and a router that does not see the "
                    + "member stays within 10 % of it; in a language model of characters, where the conflict is weak, their "
                    + "mean loss is lower by 0.01 nats or more, the gap to training alone shrinks, and the blind router stays "
                    + "within 0.005 nats; collapsing changes no loss by more than 1e-5.";

    private final Reproduction reproduction;
    private final ReproductionSettings settings;
    private final Path folder;
    private final MosScale scale;
    private final MosTable table;
    private final MosMembers members;

    MosPage(
            Reproduction reproduction,
            ReproductionSettings settings,
            Path folder,
            MosScale scale,
            MosTable table,
            MosMembers members) {
        this.reproduction = reproduction;
        this.settings = settings;
        this.folder = folder;
        this.scale = scale;
        this.table = table;
        this.members = members;
    }

    ExperimentReport report(
            List<Long> seeds, List<Judgement> judgements, WindowSearch.Found found, MosPictures pictures) {
        return new ExperimentReport(
                settings.smoke()
                        ? "Mixture-of-Supernets, smoke run: says nothing about the claim"
                        : "Mixture-of-Supernets at small scale",
                PageDate.of(Instant.now()),
                reproduction.paper(),
                settings.smoke() ? "Smoke run: says nothing about the claim. " + CLAIM : CLAIM,
                judgements.stream()
                        .map(j -> new Verdict(j.outcome(), j.sentence()))
                        .toList(),
                seeds,
                MosTable.METRICS,
                table.rows(),
                settings(found),
                environment(),
                List.of(settings.command(reproduction.name(), seeds.size(), folder)
                        .fromAnywhere()),
                notes(found),
                List.of(),
                pictures.groups());
    }

    private List<Fact> settings(WindowSearch.Found found) {
        Space space = scale.model().space();
        ConflictRegression.Settings conflict = scale.regression();
        return List.of(
                new Fact(
                        "Text",
                        settings.data() + ", one token a character, " + scale.contextLength()
                                + " at a time; the last 5 % are reported on, the 5 % before them are searched on"),
                new Fact(
                        "Language model",
                        "decoder, embedding " + scale.model().embedDim().get(0) + ", "
                                + scale.model().blocks().get(0).numHeads().get(0) + " heads; " + space.count()
                                + " members: "
                                + space.inWords()),
                new Fact(
                        "Fixed members",
                        String.join(", ", members.evaluated().keySet())
                                + " (depth × MLP width): narrowest and widest at the least and the largest depth, both middle"
                                + " widths at the depth between. Alone: " + String.join(", ", members.alone())),
                new Fact(
                        "Epochs",
                        scale.epochs() + " in every arm, and half of them in each supernet of " + MosArms.FEW_SHOT_HALF
                                + "; largest, smallest and one random member a step, no distillation"),
                new Fact(
                        "Optimiser, all arms",
                        String.format(
                                Locale.ROOT,
                                "AdamW, β 0.9 and 0.98, weight decay 0.01, learning rate %.4f after a short warm-up, then half a"
                                        + " cosine; batches of %d. %s",
                                scale.learningRate(),
                                scale.batchSize(),
                                MosScale.RATE_CHOSEN)),
                new Fact(
                        "Experts",
                        scale.experts()
                                + " in both layers of each MLP, drawn independently; the router has two layers, "
                                + scale.routerWidth() + " wide, and reads each choice over its largest option"),
                new Fact(
                        "Conflict regression",
                        String.format(
                                Locale.ROOT,
                                "hidden widths %s, of which every second one is to be -g; %d inputs, %d outputs, %d points, %d steps of"
                                        + " Adam from %.3f to 0, all members at each; first layer as drawn; experts in the"
                                        + " second, one-hot encoding",
                                conflict.widths().stream().map(String::valueOf).collect(Collectors.joining(", ")),
                                conflict.inputs(),
                                conflict.outputs(),
                                conflict.points(),
                                conflict.steps(),
                                conflict.learningRate())),
                new Fact(
                        "Search",
                        String.format(
                                Locale.ROOT,
                                "layer-wise, seed 1: population %d, %d generations, %,.0f to %,.0f parameters; %d members measured",
                                scale.population(),
                                scale.generations(),
                                found.from(),
                                found.to(),
                                found.measured())));
    }

    private static List<Fact> environment() {
        Environment here = Environment.current();
        return List.of(
                new Fact("Processor", here.cpu() + ", " + here.logicalCores() + " logical cores; one thread"),
                new Fact("System", here.os() + ", " + here.arch()),
                new Fact("Java", here.java()),
                new Fact("libtorch", here.libtorch()),
                new Fact("Weft", here.weft()));
    }

    private List<String> notes(WindowSearch.Found found) {
        return List.of(
                "Verdicts compare arms seed by seed: the 95 % interval is Student's, of the mean of paired differences or ratios."
                        + " With few seeds it is wide, and undecided is the honest word.",
                "The conflict regression has the seeds 1 to " + table.regressionSeeds()
                        + "; the language model those of the table.",
                "Kendall's τ orders three members: it can be 1, 1/3, -1/3 or -1 and says little. A smaller member here is a worse"
                        + " one, which every arm gets right.",
                "Arms with experts have more parameters in training, and as many steps; what is deployed is the same in all."
                        + " Fixed input has as many as layer-wise: what it does not gain is not owed to parameters.",
                "A mixture of two independent draws has half of their variance; it is not scaled up, so arms with experts begin"
                        + " with smaller MLP weights.",
                "All seeds share the text, so intervals cover the chance of training, not that of the text.",
                String.format(
                        Locale.ROOT,
                        "Found in the window: %s, %,.0f parameters; %.4f nats on the split it was chosen by, %.4f on the report"
                                + " split, %.4f as a collapsed model. Of all %d members in the window it is number %d by the"
                                + " loss it was chosen by.",
                        found.member(),
                        found.parameters(),
                        found.selectionLoss(),
                        found.reportLoss(),
                        found.collapsedLoss(),
                        found.inWindow(),
                        found.place()));
    }
}
