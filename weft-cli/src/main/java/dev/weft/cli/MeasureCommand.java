package dev.weft.cli;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.cost.Latency;
import dev.weft.cost.LatencyMeasurement;
import dev.weft.cost.LatencySettings;
import dev.weft.cost.Meter;
import dev.weft.export.OnnxFile;
import dev.weft.metric.Metric;
import dev.weft.model.Family;
import dev.weft.onnx.ExportLabel;
import dev.weft.pick.MemberEvaluator;
import dev.weft.pick.MemberExport;
import dev.weft.run.Environment;
import dev.weft.run.RunFolder;
import dev.weft.search.Evaluations;
import dev.weft.search.MeasuredMember;
import dev.weft.space.Member;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "measure",
        description = "Measure what a member or an exported file costs on this machine.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} measure run --member smallest --threads 2",
            "  ${ROOT-COMMAND-NAME} measure small.onnx",
            "",
            "Latency is that of one example, such as an image or a text of the context length, in ONNX Runtime. The folder of a run remembers it: the same member on the same",
            "hardware with as many threads is not measured again. What the meters of jars on the class path measure is shown too. An exported ONNX file is measured as it is, without libtorch; parameters and",
            "multiply-adds are what its label says."
        })
final class MeasureCommand implements Callable<Integer> {
    /**
     * @param params of the member; null where the label of an exported file does not say, as {@code macs}
     * @param bytes of the weights, or of the whole exported file
     * @param latencyMillisHalfWidth how far the median may be from what another measurement finds
     * @param label of an exported file; left out elsewhere
     * @param meters the numbers of meters by metric, each a field of its own; none of an exported file, whose member no meter can run
     */
    record Result(
            String member,
            Long params,
            Long macs,
            long bytes,
            double latencyMillisP50,
            double latencyMillisP99,
            double latencyMillisHalfWidth,
            int threads,
            String hardware,
            @JsonInclude(JsonInclude.Include.NON_NULL) Claims label,
            @JsonAnyGetter Map<String, Double> meters) {}

    /**
     * What the label of an exported file says of its costs; what it does not say is left out.
     *
     * @param latency the machine and the setting that the two before it were measured with
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Claims(String precision, Double latencyMillisP50, Double latencyMillisP99, String latency) {}

    @Mixin
    private GlobalOptions options;

    @Mixin
    private ModelArgument model;

    @Option(
            names = "--member",
            paramLabel = "MEMBER",
            description =
                    "The member of a family to use: largest, smallest, a name that the family gives (${ROOT-COMMAND-NAME} inspect lists them), or all choices as "
                            + "\"choice=value,...\" (default: largest).")
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
        Optional<OnnxFile> exported = model.exported(member);
        if (exported.isPresent()) {
            measure(exported.get(), settings);
        } else {
            measureMember(settings);
        }
        return ExitCode.DONE;
    }

    private void measure(OnnxFile file, LatencySettings settings) {
        ExportLabel label = new ExportLabel(file);
        Claims claims = new Claims(
                label.precision().toString(),
                label.number(Metric.LATENCY_MILLIS_P50.key()).orElse(null),
                label.number(Metric.LATENCY_MILLIS_P99.key()).orElse(null),
                label.text(MemberExport.LATENCY).orElse(null));
        Optional<Long> params = label.number(Metric.PARAMS.key()).map(Double::longValue);
        Optional<Long> macs = label.number(Metric.MACS.key()).map(Double::longValue);
        String hardware = Environment.current().hardwareFingerprint();
        LatencyMeasurement measured = Latency.measure(file, settings, hardware);
        print(
                new Result(
                        file.member(),
                        params.orElse(null),
                        macs.orElse(null),
                        file.sizeBytes(),
                        measured.p50Millis(),
                        measured.p99Millis(),
                        measured.halfWidthMillis(),
                        threads,
                        hardware,
                        claims,
                        Map.of()),
                List.of(),
                label.noun());
    }

    private void measureMember(LatencySettings settings) {
        try (Family opened = Family.open(model.file(), Installed.kinds())) {
            Member parsed = opened.member(member == null ? MemberOptions.LARGEST : member);
            MeasuredMember m = measured(opened, parsed, settings);
            List<Metric> metered = Meter.of(Installed.kinds()).stream()
                    .flatMap(meter -> meter.metrics().stream())
                    .toList();
            Map<String, Double> meters = new LinkedHashMap<>();
            metered.forEach(metric -> meters.put(metric.key(), m.value(metric)));
            print(
                    new Result(
                            opened.space().print(parsed),
                            (long) m.value(Metric.PARAMS.key()),
                            (long) m.value(Metric.MACS.key()),
                            (long) m.value(Metric.BYTES.key()),
                            m.value(Metric.LATENCY_MILLIS_P50.key()),
                            m.value(Metric.LATENCY_MILLIS_P99.key()),
                            m.value(Metric.LATENCY_MILLIS_HALF_WIDTH.key()),
                            threads,
                            Environment.current().hardwareFingerprint(),
                            null,
                            meters),
                    metered,
                    opened.definition().input().noun());
        }
    }

    /**
     * @param metered what meters measured
     * @param noun of an example
     */
    private void print(Result result, List<Metric> metered, String noun) {
        List<String> text = new ArrayList<>(List.of(
                "member        " + Text.member(result.member()),
                "parameters    " + count(result.params()),
                "multiply-adds " + count(result.macs()),
                "size          " + Text.bytes(result.bytes())
                        + (result.label() == null
                                ? ""
                                : ", the whole file in " + result.label().precision()),
                "latency       p50 " + Text.millis(result.latencyMillisP50(), result.latencyMillisHalfWidth())
                        + ", p99 "
                        + Text.millis(result.latencyMillisP99()) + " (ONNX Runtime, one " + noun
                        + ", " + threads + (threads == 1 ? " thread" : " threads") + ", hardware " + result.hardware()
                        + ")"));
        if (result.label() != null && result.label().latencyMillisP50() != null) {
            text.add("its label     p50 " + Text.millis(result.label().latencyMillisP50())
                    + (result.label().latency() == null
                            ? ""
                            : " (" + result.label().latency() + ")"));
        }
        metered.forEach(metric -> text.add(String.format(
                Locale.ROOT,
                "%-13s %s",
                metric.label().toLowerCase(Locale.ROOT),
                (metric.form().number(result.meters().get(metric.key())) + " "
                                + metric.form().unit())
                        .strip())));
        options.result(result, text);
    }

    private static String count(Long count) {
        return count == null ? "not on the label of the file" : Text.count(count);
    }

    private MeasuredMember measured(Family opened, Member parsed, LatencySettings settings) {
        Optional<RunFolder> run = model.openRun(options);
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
        try (MemberEvaluator evaluator =
                MemberEvaluator.ofCosts(opened, settings, known, Meter.of(Installed.kinds()))) {
            return new Evaluations(evaluator, known).values(member, evaluator.metrics());
        }
    }
}
