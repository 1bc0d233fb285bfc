package dev.weft.pick;

import dev.weft.cost.LatencySettings;
import dev.weft.cost.Meter;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.io.Kinds;
import dev.weft.io.OutputFiles;
import dev.weft.io.Suggest;
import dev.weft.io.WeftCommand;
import dev.weft.metric.Metric;
import dev.weft.metric.Metrics;
import dev.weft.metric.Needs;
import dev.weft.model.Family;
import dev.weft.model.NamedMember;
import dev.weft.nn.MemberStatistics;
import dev.weft.onnx.ExportOptions;
import dev.weft.onnx.ExportResult;
import dev.weft.onnx.Exporter;
import dev.weft.ops.Libtorch;
import dev.weft.recipe.RunSettings;
import dev.weft.results.HeldOutResults;
import dev.weft.results.RunReports;
import dev.weft.run.Environment;
import dev.weft.run.RunFolder;
import dev.weft.search.Constraints;
import dev.weft.search.Evaluations;
import dev.weft.search.MeasuredMember;
import dev.weft.search.MemberTable;
import dev.weft.search.Objective;
import dev.weft.search.Search;
import dev.weft.search.SearchListener;
import dev.weft.search.SearchResult;
import dev.weft.search.SearchTask;
import dev.weft.search.UnmetBudgetException;
import dev.weft.space.Member;
import dev.weft.train.StoredRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;

/**
 * Searches the family of a finished run. Every number goes into the run's database, so nothing is measured twice, and a search that
 * was stopped goes on when it is asked for again. Holds native memory and the run's folder until {@link #close}.
 */
public final class FinishedRun implements AutoCloseable {
    private final RunFolder folder;
    private final Family family;
    private final FamilyData data;
    private final MemberEvaluator evaluator;
    private final Evaluations evaluations;
    private boolean closed;

    private FinishedRun(
            RunFolder folder,
            Family family,
            FamilyData data,
            LatencySettings latency,
            MemberTable.Source tables,
            List<Meter> meters) {
        this.folder = folder;
        this.family = family;
        this.data = data;
        this.evaluator = MemberEvaluator.of(family, data, latency, Evaluations.store(folder.database()), meters);
        this.evaluations = Evaluations.of(
                tables.columns().isEmpty()
                        ? evaluator
                        : MemberTable.read(tables, family.space()).over(evaluator),
                folder.database());
        family.note(
                MemberExport.RUN,
                folder.path().toAbsolutePath().normalize().getFileName().toString());
    }

    /** Does what {@link #open(Path, LatencySettings)} does, with latencies of one thread and one image. */
    public static FinishedRun open(Path run) {
        return open(run, LatencySettings.DEFAULT);
    }

    /** Does what {@link #open(Path, LatencySettings, MemberTable.Source, Optional)} does, without tables, and with the data where it was. */
    public static FinishedRun open(Path run, LatencySettings latency) {
        return open(run, latency, MemberTable.Source.NONE, Optional.empty());
    }

    /**
     * Opens a run whose training is finished.
     *
     * @param tables of numbers that count as metrics of the members
     * @param data where the run's data lies now, which the run remembers; empty for where it was
     * @throws InputException when the folder holds no such run or is in use, its data has changed, or a table does not fit its space
     */
    public static FinishedRun open(
            Path run, LatencySettings latency, MemberTable.Source tables, Optional<String> data) {
        return open(run, latency, tables, data, Kinds.builtIn());
    }

    /** The same, of a run whose recipe may name more kinds. */
    public static FinishedRun open(
            Path run, LatencySettings latency, MemberTable.Source tables, Optional<String> data, Kinds kinds) {
        RunFolder folder = RunFolder.open(run);
        Family family = null;
        FinishedRun search = null;
        try {
            if (!Files.exists(folder.family())) {
                throw new InputException(run
                        + " must hold a trained family, but its training is not finished. Continue it with: "
                        + WeftCommand.of("resume").path(run));
            }
            RunSettings settings = StoredRun.settings(run, kinds);
            Libtorch.useThreads(settings.threads());
            if (data.isPresent()) {
                StoredRun.reopen(folder, settings, data, kinds);
            }
            family = Family.open(folder.family(), kinds);
            search = new FinishedRun(folder, family, FamilyData.asTrained(family), latency, tables, Meter.of(kinds));
            folder.database().event(RunReports.ENVIRONMENT, Json.writeLine(Environment.current()));
            return search;
        } finally {
            if (search == null) {
                if (family != null) {
                    family.close();
                }
                folder.close();
            }
        }
    }

    /** Does what {@link Search#search} does, over this family. What was measured is counted as well, so that reports can show it. */
    public SearchResult search(
            Search search,
            List<Objective> objectives,
            List<Constraints> budgets,
            long seed,
            SearchListener listener,
            BooleanSupplier stop) {
        return search(search, new SearchTask(family.space(), objectives, budgets, seed), listener, stop);
    }

    /**
     * The same of a task as a whole, which may say how many members to measure.
     *
     * @param task over the {@linkplain #family family}'s space
     */
    public SearchResult search(Search search, SearchTask task, SearchListener listener, BooleanSupplier stop) {
        requireOpen();
        SearchResult found = search.search(task, evaluations, listener, stop);
        for (MeasuredMember member : found.measured()) {
            evaluations.values(
                    member.member(),
                    evaluations.metrics().all().stream()
                            .filter(metric -> metric.needs() == Needs.SHAPES)
                            .toList());
        }
        return found;
    }

    /** A search within one budget, to its end, such as {@code search(search, objectives, budget, 42, SearchLine.to(System.err))}. */
    public SearchResult search(
            Search search, List<Objective> objectives, Constraints budget, long seed, SearchListener... listeners) {
        return search(search, objectives, List.of(budget), seed, all(listeners), () -> false);
    }

    private static SearchListener all(SearchListener... listeners) {
        return progress -> {
            for (SearchListener listener : listeners) {
                listener.progress(progress);
            }
        };
    }

    /**
     * One search for a member of each tier, to its end. Keep them with {@link #keep} and {@link Tiers#members}.
     *
     * @throws InputException when a tier cannot be reached; the message says which
     */
    public SearchResult search(
            Search search, List<Objective> objectives, Tiers tiers, long seed, SearchListener... listeners) {
        SearchTask task = new SearchTask(family.space(), objectives, tiers.budgets(), seed);
        return search(search, task, tiers, all(listeners), () -> false);
    }

    /** The same of a task within the budgets of the tiers. */
    public SearchResult search(
            Search search, SearchTask task, Tiers tiers, SearchListener listener, BooleanSupplier stop) {
        try {
            return search(search, task, listener, stop);
        } catch (UnmetBudgetException e) {
            throw tiers.unmet(e);
        }
    }

    /** What members of this run are measured by, what is cheap first. */
    public Metrics metrics() {
        return evaluations.metrics();
    }

    /** How many examples members are chosen by, which their accuracy is of. */
    public int selectionExamples() {
        return data.selection().orElseThrow().size();
    }

    /** A member with all its numbers, measured where they are not known. */
    public MeasuredMember measured(Member member) {
        requireOpen();
        return evaluations.values(member, evaluations.metrics().all());
    }

    /**
     * Names members and writes the family's file: each with fresh statistics and all its numbers, in place of one that had the name.
     * What each does with the report split is noted for the run's page.
     *
     * @param named by name, in the order in which the file is to list them
     */
    public void keep(Map<String, Member> named) {
        requireOpen();
        named.forEach((name, member) -> {
            Map<String, Double> values = measured(member).values();
            MemberStatistics statistics = evaluator.calibrate(member);
            family.name(name, new NamedMember(member, statistics, values));
            family.note(MemberExport.latencyNote(name), evaluator.context(Metric.LATENCY_MILLIS_P50.key()));
        });
        family.save(folder.family());
        HeldOutResults.record(folder.path(), family, named.keySet(), data.report());
    }

    /**
     * Exports a kept member, proven on all images of the report split, with its numbers on the label; the run notes the proof.
     *
     * @throws InputException when the family keeps no member of that name, or a file cannot be written
     * @throws dev.weft.io.CheckFailedException when the file differs from the member by more than the limit
     */
    public ExportResult export(String name, ExportOptions options) {
        requireOpen();
        NamedMember kept = family.members().get(name);
        if (kept == null) {
            throw new InputException("An exported member must be kept first, but the family keeps no \"" + name
                    + "\". Members: " + family.members().keySet() + "."
                    + Suggest.nearest(name, family.members().keySet()));
        }
        OutputFiles files = new OutputFiles();
        RunFolder.protect(folder.path(), files);
        Exporter.requireFree(files, options);
        try (CalibratedMember member = CalibratedMember.of(family, name, () -> data)) {
            ExportResult result = MemberExport.export(family, member, data, kept.measurements(), options);
            if (result.onnx().isPresent()) {
                MemberExport.record(folder, result, OptionalDouble.empty());
            }
            return result;
        }
    }

    /** What the noise of latencies leaves open about the front of a search. */
    public LatencyRemarks remarks(SearchResult found) {
        return LatencyRemarks.of(
                found.front().objectives(),
                found.front().members().stream()
                        .map(member -> measured(member.member()))
                        .toList(),
                found.measured().stream()
                        .filter(member -> Metrics.LATENCIES.stream().allMatch(metric -> evaluations
                                .known(member.member(), metric.key())
                                .isPresent()))
                        .map(this::withLatency)
                        .toList());
    }

    /** The numbers of a search and those of its latency, which are known: nothing is measured for a remark. */
    private MeasuredMember withLatency(MeasuredMember member) {
        Map<String, Double> values = new LinkedHashMap<>(member.values());
        values.putAll(evaluations.values(member.member(), Metrics.LATENCIES).values());
        return new MeasuredMember(member.member(), values);
    }

    public Family family() {
        return family;
    }

    public FamilyData data() {
        return data;
    }

    public RunFolder folder() {
        return folder;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(
                    "This run is closed. Open it again: FinishedRun.open(" + folder.path() + ").");
        }
    }

    /** A second call does nothing. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        evaluator.close();
        family.close();
        folder.close();
    }
}
