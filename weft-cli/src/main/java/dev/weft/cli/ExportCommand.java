package dev.weft.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.cost.LatencySettings;
import dev.weft.export.OnnxFile;
import dev.weft.io.WeftCommand;
import dev.weft.metric.Metric;
import dev.weft.model.Family;
import dev.weft.onnx.ExportOptions;
import dev.weft.onnx.ExportResult;
import dev.weft.onnx.Precision;
import dev.weft.onnx.QualityChange;
import dev.weft.pick.CalibratedMember;
import dev.weft.pick.FamilyData;
import dev.weft.pick.MemberEvaluator;
import dev.weft.pick.MemberExport;
import dev.weft.run.RunFolder;
import dev.weft.search.MeasuredMember;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "export",
        description = "Export a member to ONNX, with proof that its outputs agree.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} export run --member smallest --onnx smallest.onnx --safetensors smallest.safetensors",
            "  ${ROOT-COMMAND-NAME} export run --member smallest --onnx small.onnx --precision int8-static",
            "",
            "ONNX Runtime and the live member are given the same examples of the report split. Where any output differs by",
            "more than the limit the command fails with exit code 1 and writes nothing. A file in fewer bits differs more; it must",
            "keep its accuracy, or its loss, instead."
        })
final class ExportCommand implements Callable<Integer> {
    /**
     * @param top1Agreement left out where the model chooses nothing
     * @param fewerBits what a precision other than float32 costs and gains; left out of float32
     */
    record Result(
            String onnx,
            String safetensors,
            String member,
            double maxAbsError,
            @JsonInclude(JsonInclude.Include.NON_NULL) Double top1Agreement,
            long examples,
            @JsonInclude(JsonInclude.Include.NON_NULL) FewerBits fewerBits) {}

    /**
     * A file beside the float32 one.
     *
     * @param metric {@code accuracy} or {@code loss}
     */
    record FewerBits(
            String precision,
            long bytes,
            long float32Bytes,
            String metric,
            double value,
            double float32Value,
            double latencyMillisP50,
            double latencyMillisP50HalfWidth,
            double float32LatencyMillisP50) {
        static FewerBits of(Precision precision, ExportResult done) {
            QualityChange quality = done.quality().orElseThrow();
            return new FewerBits(
                    precision.toString(),
                    OnnxFile.read(done.onnx().orElseThrow()).sizeBytes(),
                    Long.parseLong(done.label().get(MemberExport.FLOAT32_BYTES)),
                    quality.metric(),
                    quality.exported(),
                    quality.live(),
                    Double.parseDouble(done.label().get(Metric.LATENCY_MILLIS_P50.key())),
                    Double.parseDouble(done.label().get(MemberExport.HALF_WIDTH)),
                    Double.parseDouble(done.label().get(MemberExport.FLOAT32_LATENCY)));
        }

        List<String> text() {
            return List.of(
                    String.format(Locale.ROOT, "%s: %s %.4f, float32 %.4f", precision, metric, value, float32Value),
                    "size:   " + Text.bytes(bytes) + ", float32 " + Text.bytes(float32Bytes),
                    "latency p50: " + Text.millis(latencyMillisP50) + " ± " + Text.millis(latencyMillisP50HalfWidth)
                            + ", float32 " + Text.millis(float32LatencyMillisP50) + ", timed in turn");
        }
    }

    @Mixin
    private GlobalOptions options;

    @Mixin
    private FamilyArgument family;

    @Mixin
    private MemberOptions member;

    @Written
    @Option(names = "--onnx", required = true, paramLabel = "FILE", description = "The ONNX file to write.")
    private Path onnx;

    @Written
    @Option(
            names = "--safetensors",
            paramLabel = "FILE",
            description = "A safetensors file of the weights to write as well (default: none).")
    private Path safetensors;

    @Option(
            names = "--limit",
            paramLabel = "X",
            defaultValue = "" + ExportOptions.MAX_ABS_ERROR,
            description =
                    "The largest difference of any output, such as a logit (before the softmax), in float32 (default: ${DEFAULT-VALUE}).")
    private double limit;

    @Option(
            names = "--precision",
            paramLabel = "PRECISION",
            defaultValue = "float32",
            description =
                    "The number format of the ONNX file: float32, float16, int8-dynamic or int8-static (default: ${DEFAULT-VALUE}).")
    private String precision;

    @Option(
            names = "--max-drop",
            paramLabel = "X",
            defaultValue = "" + ExportOptions.MAX_DROP,
            description =
                    "The largest fall of the accuracy (0.01 is one percentage point), or rise of a language model's loss in nats "
                            + "per token, in a precision other than float32 (default: ${DEFAULT-VALUE}).")
    private double maxDrop;

    @Override
    public Integer call() {
        Precision numbers = Precision.of(precision);
        try (Family opened = Family.open(family.file(), Installed.kinds())) {
            FamilyData data = member.data(opened);
            MemberOptions.say(data, options);
            Optional<RunFolder> run = family.openRun(options);
            ExportResult done;
            try (CalibratedMember picked = CalibratedMember.of(opened, member.member(), data::requireAsTrained)) {
                MeasuredMember costs = MeasureCommand.costs(run, opened, picked.member(), LatencySettings.DEFAULT);
                Map<String, String> label = new LinkedHashMap<>();
                label.put(MemberExport.LATENCY, MemberEvaluator.latencyContext(LatencySettings.DEFAULT));
                if (Files.isDirectory(family.given())) {
                    label.put(MemberExport.RUN, name(family.given()));
                }
                ExportOptions files = new ExportOptions(
                        Optional.of(onnx), Optional.ofNullable(safetensors), limit, numbers, maxDrop, label);
                done = MemberExport.export(opened, picked, data, costs.values(), files);
                run.ifPresent(folder -> MemberExport.record(folder, done, OptionalDouble.empty()));
            } finally {
                run.ifPresent(RunFolder::close);
            }
            RunPage.update(family.given(), options);
            print(new Result(
                    onnx.toString(),
                    safetensors == null ? null : safetensors.toString(),
                    done.member(),
                    done.check().maxAbsError(),
                    done.check().top1Agreement().orElse(null),
                    done.check().examples(),
                    numbers == Precision.FLOAT32 ? null : FewerBits.of(numbers, done)));
        }
        return ExitCode.DONE;
    }

    private static String name(Path folder) {
        return folder.toAbsolutePath().normalize().getFileName().toString();
    }

    private void print(Result result) {
        List<String> text = new ArrayList<>();
        text.add("Wrote " + result.onnx() + (safetensors == null ? "" : " and " + result.safetensors()));
        text.add("member: " + Text.member(result.member()));
        text.add("proof:  "
                + Text.proof(
                        "",
                        result.maxAbsError(),
                        result.top1Agreement(),
                        Text.count(result.examples()) + " held-out examples"));
        if (result.fewerBits() != null) {
            text.addAll(result.fewerBits().text());
        }
        text.add("Next: " + WeftCommand.of("inspect").path(onnx));
        options.result(result, text);
    }
}
