package dev.weft.cli;

import dev.weft.cost.LatencySettings;
import dev.weft.io.InputException;
import dev.weft.model.Metric;
import dev.weft.pick.RunReports;
import dev.weft.pick.RunSearch;
import dev.weft.search.Constraints;
import dev.weft.search.MemberTable;
import dev.weft.search.MetricNames;
import dev.weft.search.Objective;
import dev.weft.search.SearchProgress;
import dev.weft.search.SearchResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
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
            "  ${ROOT-COMMAND-NAME} search run --strategy generator --constraint \"macs<=5000000\" --name small",
            "",
            "Metrics: accuracy, or loss and perplexity of a language model (selection split), params, macs, bytes,",
            "latencyMillisP50 (or latencyMillis), latencyMillisP99.",
            "The best member by the first objective is kept in the family under the name. Nothing is ever measured twice:",
            "a search that was stopped goes on when it is started again."
        })
final class SearchCommand implements Callable<Integer> {
    @Mixin
    private GlobalOptions options;

    @Parameters(paramLabel = "RUN_DIR", description = "The folder of a run whose training is finished.")
    private Path run;

    @Option(
            names = "--strategy",
            paramLabel = "NAME",
            defaultValue = "coarse-to-fine",
            description = {
                "coarse-to-fine, random, nsga2, or generator: what was trained with the weights proposes (default:",
                "${DEFAULT-VALUE})."
            })
    private String strategy;

    @Option(
            names = "--constraint",
            paramLabel = "BOUNDS",
            description = "What every member must keep to, as \"latencyMillis<=2,params<=200000\"; may be repeated.")
    private List<String> constraints = new ArrayList<>();

    @Option(
            names = "--objectives",
            paramLabel = "METRICS",
            split = ",",
            description = {
                "The first decides which member is best, all make the front (default: accuracy,latencyMillisP50; of a",
                "language model loss,latencyMillisP50). Less is better, but of accuracy; METRIC:max says otherwise."
            })
    private List<String> objectives = new ArrayList<>();

    @Option(
            names = "--table",
            paramLabel = "FILE",
            description = {
                "A CSV file, also packed by gzip, with a row for each member in a column member or arch; may be repeated.",
                "One with a column index only is joined to another."
            })
    private List<Path> tables = new ArrayList<>();

    @Option(
            names = "--column",
            paramLabel = "NAMES",
            split = ",",
            description = "The columns of the tables that are metrics, for --constraint and --objectives.")
    private List<String> columns = new ArrayList<>();

    @Option(
            names = "--candidates",
            paramLabel = "N",
            defaultValue = "100",
            description = "About how many members to measure (default: ${DEFAULT-VALUE}).")
    private int candidates;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Of the proposals (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "That latency is measured with (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            defaultValue = "best",
            description = "What to call the best member (default: ${DEFAULT-VALUE}).")
    private String name;

    @Option(
            names = "--data",
            paramLabel = "NAME_OR_DIR",
            description = "Where the run's data lies now, when it was moved; the run remembers it.")
    private String data;

    @Override
    public Integer call() {
        long began = System.nanoTime();
        MemberTable.Source source = new MemberTable.Source(tables, columns);
        List<String> metrics =
                Stream.concat(MetricNames.ALL.stream(), columns.stream()).toList();
        Constraints budget = Constraints.parse(String.join(",", constraints), metrics);
        List<Objective> given =
                objectives.stream().map(o -> Objective.of(o.strip(), metrics)).toList();
        Strategy.named(strategy); // what is given is checked before the hours of searching
        if (!name.matches("[A-Za-z0-9._-]+") || name.equals("largest") || name.equals("smallest")) {
            throw new InputException("A member's name must be letters, digits, '.', '-' and '_', and not largest or "
                    + "smallest, but got \"" + name + "\".");
        }
        if (candidates < 12) {
            throw new InputException("A search must have 12 or more candidates, but got " + candidates + ".");
        }
        try (Interrupt interrupt = Interrupt.watch(options.err());
                RunSearch search = RunSearch.open(
                        run,
                        LatencySettings.DEFAULT.withThreads(threads),
                        source,
                        Optional.ofNullable(TrainCommand.anywhere(data)))) {
            search.folder().database().event(RunReports.COMMAND, options.commandLine());
            Metric quality = search.family().definition().input().metrics().get(0);
            List<Objective> goals = given.isEmpty()
                    ? List.of(Objective.of(quality.key()), Objective.of(MetricNames.LATENCY_MILLIS_P50))
                    : given;
            Progress progress = Progress.start(options.err(), "search", 0);
            SearchResult found = search.search(
                    Strategy.named(strategy).search(search.family(), candidates),
                    goals,
                    List.of(budget),
                    seed,
                    state -> show(progress, state),
                    interrupt);
            progress.done(found.measured().size() + " members measured"
                    + (found.complete() ? "" : ", stopped; the same command goes on"));
            if (found.complete()) {
                search.keep(Map.of(name, found.best().get(0).measured().member()));
            }
            SearchAnswer answer =
                    SearchAnswer.of(run, strategy, name, found, search, (System.nanoTime() - began) / 1e9);
            options.result(answer, answer.text());
            return found.complete() ? ExitCode.DONE : ExitCode.INTERRUPTED;
        }
    }

    static void show(Progress progress, SearchProgress state) {
        String best = state.best()
                .flatMap(m -> Stream.of(Metric.ACCURACY, Metric.LOSS)
                        .filter(metric -> m.values().containsKey(metric.key()))
                        .map(metric -> "best " + Text.metric(metric, m.value(metric.key())))
                        .findFirst())
                .orElse("");
        progress.update(state.candidates(), state.planned(), "members", best);
    }
}
