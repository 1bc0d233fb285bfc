package dev.weft.cli;

import dev.weft.cost.LatencySettings;
import dev.weft.data.ImageDataset;
import dev.weft.export.ExportedModel;
import dev.weft.io.AtomicFile;
import dev.weft.io.EnvironmentException;
import dev.weft.io.IoReason;
import dev.weft.io.Json;
import dev.weft.metric.Metric;
import dev.weft.onnx.ExportOptions;
import dev.weft.onnx.ExportResult;
import dev.weft.onnx.ExportedAccuracy;
import dev.weft.pick.CalibratedMember;
import dev.weft.pick.FinishedRun;
import dev.weft.pick.MemberExport;
import dev.weft.pick.SearchLine;
import dev.weft.recipe.Recipe;
import dev.weft.results.RunReports;
import dev.weft.search.Bound;
import dev.weft.search.CoarseToFine;
import dev.weft.search.Constraints;
import dev.weft.search.GridAxis;
import dev.weft.search.MeasuredMember;
import dev.weft.search.MemberTable;
import dev.weft.search.Objective;
import dev.weft.search.ParetoFront;
import dev.weft.search.SearchResult;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.stats.Proportion;
import dev.weft.train.Evaluation;
import dev.weft.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/** The steps of {@code weft quickstart}. Each finds what an earlier, stopped command left behind, and goes on from there. */
final class Quickstart {
    private static final List<String> NAMES = List.of("fast", "balanced", "accurate");
    private static final List<Objective> OBJECTIVES =
            List.of(Objective.of(Metric.ACCURACY.key()), Objective.of(Metric.LATENCY_MILLIS_P50.key()));
    private static final String EXPORTED = "exported";

    /** Shorter than the default: sixty members in a minute. */
    private static final LatencySettings LATENCY = new LatencySettings(1, 1, 10, 3, 30, 40);

    private final GlobalOptions options;
    private final Path out;
    private final long seed;
    private final Optional<String> data;
    private final int searchSeconds;
    private final BooleanSupplier stop;

    /** @param data where that of a run that is there lies now; empty for where it was */
    Quickstart(
            GlobalOptions options,
            Path out,
            long seed,
            Optional<String> data,
            int searchSeconds,
            BooleanSupplier stop) {
        this.options = options;
        this.out = out;
        this.seed = seed;
        this.data = data;
        this.searchSeconds = searchSeconds;
        this.stop = stop;
    }

    /** @throws CancellationException when stopped */
    QuickstartResult run(Recipe recipe) {
        long began = System.nanoTime();
        if (!Files.exists(out.resolve(FamilyArgument.FILE))) {
            train(recipe);
        }
        QuickstartResult result;
        try (FinishedRun search = FinishedRun.open(out, LATENCY, MemberTable.Source.NONE, data, Installed.kinds())) {
            List<MeasuredMember> measured = search(search);
            ParetoFront front = ParetoFront.of(OBJECTIVES, measured);
            Map<String, Member> picked = pick(front, search);
            List<QuickstartResult.Exported> exported = export(
                    search, picked.keySet().stream().filter(NAMES::contains).toList());
            QuickstartResult.TestAccuracy test = new QuickstartResult.TestAccuracy(
                    testAccuracy(search, "largest"), testAccuracy(search, "smallest"));
            RunReports.write(out, Installed.kinds());
            result = new QuickstartResult(
                    FamilyArgument.FILE,
                    search.folder().report().getFileName().toString(),
                    front.members().stream()
                            .map(member -> FrontMember.of(
                                    search.family(), member, search.metrics(), search.selectionExamples()))
                            .toList(),
                    exported,
                    test,
                    search.data().report().size(),
                    (System.nanoTime() - began) / 1e9);
            AtomicFile.writeText(out.resolve(QuickstartResult.FILE), Json.write(result));
        }
        return result;
    }

    private void train(Recipe recipe) {
        boolean begun = Files.exists(out.resolve("config.yaml"));
        try (Trainer trainer = begun ? resume() : start(recipe)) {
            trainer.folder().database().event(RunReports.COMMAND, options.commandLine());
            say("training on " + trainer.splits().source() + ": " + Text.count(trainer.steps(), "step") + ", "
                    + trainer.family().space().size() + " members share one set of weights");
            if (!Training.run(trainer, options, stop).complete()) {
                throw stopped();
            }
        }
    }

    private Trainer start(Recipe recipe) {
        TrainingData opened = TrainingData.open(recipe, data.isPresent(), seed);
        Trainer trainer = Trainer.start(opened.recipe(), opened.splits(), out, seed, Installed.kinds());
        opened.say(options);
        return trainer;
    }

    private Trainer resume() {
        Trainer trainer = Trainer.resume(out, data, Installed.kinds());
        TrainingData.say(trainer.splits(), options);
        return trainer;
    }

    private List<MeasuredMember> search(FinishedRun search) {
        say("searching for at most " + searchSeconds + " s: accuracy against latency, measured on this machine");
        long deadline = System.nanoTime() + searchSeconds * 1_000_000_000L;
        List<MeasuredMember> extremes = List.of(
                search.measured(search.family().space().largest()),
                search.measured(search.family().space().smallest()));
        SearchLine line = SearchLine.to(options.err());
        SearchResult found = search.search(
                coarseToFine(search.family().space()),
                OBJECTIVES,
                budgets(extremes.get(0), extremes.get(1)),
                seed,
                line,
                () -> stop.getAsBoolean() || System.nanoTime() > deadline);
        if (stop.getAsBoolean()) {
            throw stopped();
        }
        List<MeasuredMember> measured = new ArrayList<>(extremes);
        found.measured().forEach(m -> measured.add(search.measured(m.member())));
        List<MeasuredMember> distinct = measured.stream().distinct().toList();
        line.done(Text.count(distinct.size(), "member") + " measured, "
                + ParetoFront.of(OBJECTIVES, distinct).members().size() + " on the front");
        return distinct;
    }

    /** A grid of two levels an axis, three of width, then a few mutations around the best of each budget. */
    private static CoarseToFine coarseToFine(Space space) {
        Map<String, Integer> levels = new LinkedHashMap<>();
        for (GridAxis axis : GridAxis.of(space, Map.of())) {
            levels.put(axis.name(), Math.min(axis.options(), axis.name().equals("width") ? 3 : 2));
        }
        return new CoarseToFine(levels, 0.15, 8);
    }

    /** A seventh and a half of the way from the smallest to the largest member's multiply-adds, and no limit. */
    private static List<Constraints> budgets(MeasuredMember largest, MeasuredMember smallest) {
        double least = smallest.value(Metric.MACS.key());
        double range = largest.value(Metric.MACS.key()) - least;
        return List.of(
                new Constraints(List.of(new Bound(Metric.MACS.key(), true, least + range / 7))),
                new Constraints(List.of(new Bound(Metric.MACS.key(), true, least + range / 2))),
                Constraints.NONE);
    }

    /**
     * Three members along the front, from the fastest to the most accurate, named and kept in the family. On a front with fewer one
     * of them has several names: what another member dominates is never called fast or accurate.
     */
    private static Map<String, Member> pick(ParetoFront front, FinishedRun search) {
        List<MeasuredMember> picked = front.pick(NAMES.size());
        Map<String, Member> named = new LinkedHashMap<>();
        named.put("largest", search.family().space().largest());
        named.put("smallest", search.family().space().smallest());
        for (int i = 0; i < NAMES.size(); i++) {
            named.put(
                    NAMES.get(i),
                    picked.get(i * (picked.size() - 1) / (NAMES.size() - 1)).member());
        }
        search.keep(named);
        return named;
    }

    private List<QuickstartResult.Exported> export(FinishedRun search, List<String> names) {
        List<QuickstartResult.Exported> exported = new ArrayList<>();
        createFolder(out.resolve(EXPORTED));
        for (String name : names) {
            if (stop.getAsBoolean()) {
                throw stopped();
            }
            String onnx = EXPORTED + "/" + name + ".onnx";
            String safetensors = EXPORTED + "/" + name + ".safetensors";
            Map<String, Double> measured = search.family().members().get(name).measurements();
            try (CalibratedMember member = CalibratedMember.of(search.family(), name, search::data)) {
                ExportResult done = MemberExport.export(
                        search.family(),
                        member,
                        search.data(),
                        measured,
                        ExportOptions.onnx(out.resolve(onnx)).andSafetensors(out.resolve(safetensors)));
                Proportion accuracy;
                try (ExportedModel model = ExportedModel.open(out.resolve(onnx))) {
                    ImageDataset report = (ImageDataset) search.data().report();
                    accuracy = new Proportion(ExportedAccuracy.of(model, report), report.size());
                }
                MemberExport.record(search.folder(), done, OptionalDouble.of(accuracy.share()));
                say("exported " + name + ": largest difference of a logit "
                        + Text.scientific(done.check().maxAbsError()));
                exported.add(new QuickstartResult.Exported(
                        name,
                        done.member(),
                        onnx,
                        safetensors,
                        done.check().maxAbsError(),
                        done.check().top1Agreement().orElseThrow(),
                        measured.get(Metric.LATENCY_MILLIS_P50.key()),
                        accuracy.share(),
                        accuracy.low(),
                        accuracy.high()));
            }
        }
        return exported;
    }

    private static double testAccuracy(FinishedRun search, String name) {
        try (CalibratedMember member = CalibratedMember.of(search.family(), name, search::data)) {
            return Evaluation.accuracy(
                    search.family(),
                    member.member(),
                    member.statistics(),
                    search.data().report());
        }
    }

    private CancellationException stopped() {
        return new CancellationException("stopped; go on with: " + options.given());
    }

    private void say(String line) {
        options.err().println("weft: " + line);
        options.err().flush();
    }

    private static void createFolder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new EnvironmentException("Cannot create the folder " + folder + ": " + IoReason.of(e) + ".", e);
        }
    }
}
