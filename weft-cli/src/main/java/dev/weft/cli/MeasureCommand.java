package dev.weft.cli;

import dev.weft.cost.LatencySettings;
import dev.weft.model.Family;
import dev.weft.model.TextInput;
import dev.weft.pick.MemberEvaluator;
import dev.weft.run.Environment;
import dev.weft.run.RunFolder;
import dev.weft.search.Evaluations;
import dev.weft.search.MeasuredMember;
import dev.weft.search.MetricNames;
import dev.weft.space.Member;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "measure",
        description = "Measure what a member costs on this machine.",
        footerHeading = "%nExample:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} measure run --member smallest --threads 2",
            "",
            "Latency is that of one image, or one text of the context length, in ONNX Runtime. The folder of a run remembers it: the same member on the same",
            "hardware with as many threads is not measured again."
        })
final class MeasureCommand implements Callable<Integer> {
    record Result(
            String member,
            long params,
            long macs,
            long bytes,
            double latencyMillisP50,
            double latencyMillisP99,
            int threads,
            String hardware) {}

    @Mixin
    private GlobalOptions options;

    @Mixin
    private FamilyArgument family;

    @Option(
            names = "--member",
            paramLabel = "MEMBER",
            defaultValue = "largest",
            description = "The member to use: largest, smallest, a name that the family gives (${ROOT-COMMAND-NAME} inspect lists them), or all choices as "
                    + "\"choice=value,...\" (default: ${DEFAULT-VALUE}).")
    private String member;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Threads that ONNX Runtime may use while timing (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Override
    public Integer call() {
        LatencySettings settings = LatencySettings.DEFAULT.withThreads(threads);
        try (Family opened = Family.open(family.file())) {
            Member parsed = opened.member(member);
            MeasuredMember m = measured(opened, parsed, settings);
            Result result = new Result(
                    opened.space().print(parsed),
                    (long) m.value(MetricNames.PARAMS),
                    (long) m.value(MetricNames.MACS),
                    (long) m.value(MetricNames.BYTES),
                    m.value(MetricNames.LATENCY_MILLIS_P50),
                    m.value(MetricNames.LATENCY_MILLIS_P99),
                    threads,
                    Environment.current().hardwareFingerprint());
            options.result(
                    result,
                    List.of(
                            "member        " + Text.member(result.member()),
                            "parameters    " + Text.count(result.params()),
                            "multiply-adds " + Text.count(result.macs()),
                            "size          " + Text.bytes(result.bytes()),
                            "latency       p50 " + Text.millis(result.latencyMillisP50()) + ", p99 "
                                    + Text.millis(result.latencyMillisP99()) + " (ONNX Runtime, one "
                                    + (opened.definition().input() instanceof TextInput ? "text" : "image") + ", "
                                    + threads
                                    + (threads == 1 ? " thread" : " threads") + ", hardware " + result.hardware()
                                    + ")"));
        }
        return ExitCode.DONE;
    }

    private MeasuredMember measured(Family opened, Member parsed, LatencySettings settings) {
        Optional<RunFolder> run = family.openRun(options);
        try {
            return costs(run, opened, parsed, settings);
        } finally {
            run.ifPresent(RunFolder::close);
        }
    }

    /** Counts and latency of a member; a run remembers them. */
    static MeasuredMember costs(Optional<RunFolder> run, Family opened, Member member, LatencySettings settings) {
        Evaluations.Store known =
                run.map(folder -> Evaluations.store(folder.database())).orElseGet(Evaluations::storeInMemory);
        try (MemberEvaluator evaluator = MemberEvaluator.ofCosts(opened, settings, known)) {
            return new Evaluations(evaluator, known).values(member, evaluator.metrics());
        }
    }
}
