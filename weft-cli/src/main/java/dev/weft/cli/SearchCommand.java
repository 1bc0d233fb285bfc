package dev.weft.cli;

import dev.weft.cost.LatencySettings;
import dev.weft.cost.Meter;
import dev.weft.io.InputException;
import dev.weft.metric.Metric;
import dev.weft.metric.Metrics;
import dev.weft.onnx.ExportOptions;
import dev.weft.onnx.ExportResult;
import dev.weft.pick.FinishedRun;
import dev.weft.pick.SearchLine;
import dev.weft.pick.Tier;
import dev.weft.pick.Tiers;
import dev.weft.results.RunReports;
import dev.weft.search.Constraints;
import dev.weft.search.MemberTable;
import dev.weft.search.Objective;
import dev.weft.search.Search;
import dev.weft.search.SearchResult;
import dev.weft.search.SearchTask;
import dev.weft.space.Member;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "search",
        description = "Find the best members, by costs measured here.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} search run --constraint \"latencyMillis<=1\"",
            "  ${ROOT-COMMAND-NAME} search run --table accuracy.csv.gz --table latency_ms.csv.gz --column pixel3 --constraint \"pixel3<=5\"",
            "  ${ROOT-COMMAND-NAME} search run --strategy nsga2 --objectives accuracy,params --candidates 200 --name small",
            "  ${ROOT-COMMAND-NAME} search run --tiers \"latencyMillis<=0.02;0.05;0.1\" --names small,medium,large --export models",
            "  ${ROOT-COMMAND-NAME} search run --strategy generator --constraint \"macs<=5000000\" --name small",
            "",
            "Metrics: accuracy, or loss and perplexity of a language model (selection split), params, macs, bytes,",
            "latencyMillisP50 (or latencyMillis), latencyMillisP99.",
            "The best member by the first objective, of every tier, is kept in the family under its name. Nothing is ever measured twice:",
            "a search that was stopped goes on when it is started again."
        })
final class SearchCommand implements Callable<Integer>, Outputs.More {
    private static final String BEST = "best";

    @Mixin
    private GlobalOptions options;

    @Mixin
    private DeviceOption device;

    @Parameters(paramLabel = "RUN_DIR", description = "The folder of a run whose training is finished.")
    private Path run;

    @Option(
            names = "--strategy",
            paramLabel = "NAME",
            completionCandidates = StrategyNames.class,
            defaultValue = "coarse-to-fine",
            description =
                    "The way members are proposed: ${COMPLETION-CANDIDATES}. nsga2 is a genetic algorithm; generator was trained "
                            + "with the weights (default: ${DEFAULT-VALUE}).")
    private String strategy;

    @Option(
            names = "--constraint",
            paramLabel = "BOUNDS",
            description =
                    "Limits that every member must keep, as \"latencyMillis<=2,params<=200000\". May be repeated.")
    private List<String> constraints = new ArrayList<>();

    @Option(
            names = "--objectives",
            paramLabel = "METRICS",
            split = ",",
            description = "Metrics to optimise: the first decides which member is best, all make the front (default: "
                    + "accuracy,latencyMillisP50; of a language model loss,latencyMillisP50). Less is better, except for accuracy; "
                    + "METRIC:max or METRIC:min says otherwise.")
    private List<String> objectives = new ArrayList<>();

    @Option(
            names = "--table",
            paramLabel = "FILE",
            description =
                    "A CSV file, or one packed by gzip, with a row for each member in a column member or arch. May be repeated. "
                            + "One that has only a column index is joined to another.")
    private List<Path> tables = new ArrayList<>();

    @Option(
            names = "--column",
            paramLabel = "NAMES",
            split = ",",
            description = "Columns of the tables to use as metrics, for --constraint and --objectives.")
    private List<String> columns = new ArrayList<>();

    @Option(
            names = "--candidates",
            paramLabel = "N",
            defaultValue = "100",
            description =
                    "Distinct members to measure, exactly; members whose numbers are known already count, members beyond "
                            + "the budget do not (default: ${DEFAULT-VALUE}).")
    private int candidates;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed of the proposals (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Threads that ONNX Runtime may use while timing (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "The name of the best member in the family (default: " + BEST + ").")
    private String name;

    @Option(
            names = "--tiers",
            paramLabel = "BUDGETS",
            description =
                    "Find a member for each of several classes of devices in one search, as \"latencyMillis<=0.02;0.05;0.1\". Budgets "
                            + "are separated by semicolons; a number alone is a further limit of the first one's metric.")
    private String tiers;

    @Option(
            names = "--names",
            paramLabel = "NAMES",
            split = ",",
            description = "The names of the members of the tiers (default: tier-1,tier-2,…).")
    private List<String> names = new ArrayList<>();

    @Written
    @Option(
            names = "--export",
            paramLabel = "DIR",
            description = "Export every member that is kept to DIR/NAME.onnx, with proof that its outputs agree.")
    private Path export;

    @Option(
            names = "--data",
            paramLabel = "NAME_OR_DIR",
            description =
                    "The place of the run's data now, when it was moved; the run remembers it (default: where it was).")
    private String data;

    @Override
    public Integer call() {
        device.use();
        long began = System.nanoTime();
        MemberTable.Source source = new MemberTable.Source(tables, columns);
        Metrics metrics = metrics();
        Constraints budget = Constraints.parse(String.join(",", constraints), metrics);
        List<Objective> given =
                objectives.stream().map(o -> Objective.of(o.strip(), metrics)).toList();
        Strategy how =
                new Strategy(strategy, Installed.kinds()); // what is given is checked before the hours of searching
        Tiers wanted = tiers(budget, metrics);
        if (candidates < 12) {
            throw new InputException("A search must have 12 or more candidates, but got " + candidates + ".");
        }
        try (Interrupt interrupt = Interrupt.watch(options.err());
                FinishedRun search = FinishedRun.open(
                        run,
                        LatencySettings.DEFAULT.withThreads(threads),
                        source,
                        Optional.ofNullable(TrainCommand.anywhere(data)),
                        Installed.kinds())) {
            search.folder().database().event(RunReports.COMMAND, options.commandLine());
            TrainingData.passedOver(search.data().source(), search.data().passedOver(), options);
            Metric quality = search.family().definition().input().metrics().get(0);
            List<Objective> goals =
                    given.isEmpty() ? List.of(Objective.of(quality), Objective.of(Metric.LATENCY_MILLIS_P50)) : given;
            SearchTask task =
                    new SearchTask(search.family().space(), goals, wanted.budgets(), OptionalInt.of(candidates), seed);
            Search proposing = how.search(search.family(), candidates);
            SearchLine line = SearchLine.to(options.err());
            SearchResult found = tiers == null
                    ? search.search(proposing, task, line, interrupt)
                    : search.search(proposing, task, wanted, line, interrupt);
            line.done(Text.count(found.measured().size(), "member") + " measured"
                    + (found.complete() ? "" : ", stopped; the same command goes on"));
            List<SearchAnswer.Exported> exported = List.of();
            if (found.complete()) {
                Map<String, Member> kept = wanted.members(found);
                search.keep(kept);
                exported = export(search, kept.keySet());
            }
            RunPage.update(run, options);
            SearchAnswer answer = SearchAnswer.of(
                    run, strategy, wanted, tiers != null, found, search, exported, (System.nanoTime() - began) / 1e9);
            options.result(answer, answer.text(search.metrics()));
            return found.complete() ? ExitCode.DONE : ExitCode.INTERRUPTED;
        }
    }

    @Override
    public Map<Path, String> moreOutputs() {
        Map<Path, String> files = new LinkedHashMap<>();
        if (export != null) {
            tiers(Constraints.NONE, metrics()).tiers().forEach(tier -> files.put(file(tier.name()), "--export"));
        }
        return files;
    }

    private Path file(String member) {
        return export.resolve(member + ".onnx");
    }

    /** What can be asked for before the run is opened: which of them its family is measured by, the search says. */
    private Metrics metrics() {
        return Meter.metrics(Installed.kinds())
                .with(columns.stream().map(Metric::column).toList());
    }

    /** The tiers of this search; without {@code --tiers} the one budget is one tier. */
    private Tiers tiers(Constraints budget, Metrics metrics) {
        if (tiers == null) {
            if (!names.isEmpty()) {
                throw new InputException("--names must come with --tiers; the name of the one best member is --name.");
            }
            return new Tiers(List.of(new Tier(name == null ? BEST : name, budget)));
        }
        if (name != null) {
            throw new InputException("--tiers must come with --names instead of --name: one for each tier.");
        }
        Tiers all = Tiers.parse(tiers, metrics).within(budget);
        return names.isEmpty()
                ? all
                : all.named(names.stream().map(String::strip).toList());
    }

    private List<SearchAnswer.Exported> export(FinishedRun search, Collection<String> kept) {
        List<SearchAnswer.Exported> exported = new ArrayList<>();
        if (export != null) {
            for (String each : kept) {
                Path onnx = file(each);
                ExportResult done = search.export(each, ExportOptions.onnx(onnx));
                exported.add(new SearchAnswer.Exported(
                        each,
                        onnx.toString(),
                        done.check().maxAbsError(),
                        done.check().top1Agreement().orElse(null)));
            }
        }
        return exported;
    }
}
