package dev.weft.cli;

import dev.weft.cost.LatencySettings;
import dev.weft.export.ExportOptions;
import dev.weft.export.ExportResult;
import dev.weft.io.WeftCommand;
import dev.weft.model.Family;
import dev.weft.pick.FamilyData;
import dev.weft.pick.MemberEvaluator;
import dev.weft.pick.MemberExport;
import dev.weft.pick.PickedMember;
import dev.weft.run.RunFolder;
import dev.weft.search.MeasuredMember;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "export",
        description = "Export a member to ONNX, with proof.",
        footerHeading = "%nExample:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} export run --member smallest --onnx smallest.onnx --safetensors smallest.safetensors",
            "",
            "ONNX Runtime and the live member are given the same examples of the report split. Where any output differs by",
            "more than the limit the command fails with exit code 1 and writes nothing."
        })
final class ExportCommand implements Callable<Integer> {
    record Result(
            String onnx, String safetensors, String member, double maxAbsError, double top1Agreement, long examples) {}

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
    @Option(names = "--safetensors", paramLabel = "FILE", description = "A safetensors file to write as well.")
    private Path safetensors;

    @Option(
            names = "--limit",
            paramLabel = "X",
            defaultValue = "" + ExportOptions.MAX_ABS_ERROR,
            description = "The most that any logit may differ (default: ${DEFAULT-VALUE}).")
    private double limit;

    @Override
    public Integer call() {
        try (Family opened = Family.open(family.file())) {
            FamilyData data = member.data(opened);
            MemberOptions.say(data, options);
            Optional<RunFolder> run = family.openRun(options);
            ExportResult done;
            try (PickedMember picked = PickedMember.of(opened, member.member(), data::requireAsTrained)) {
                MeasuredMember costs = MeasureCommand.costs(run, opened, picked.member(), LatencySettings.DEFAULT);
                Map<String, String> label = new LinkedHashMap<>();
                label.put(MemberExport.LATENCY, MemberEvaluator.latencyContext(LatencySettings.DEFAULT));
                if (Files.isDirectory(family.given())) {
                    label.put(MemberExport.RUN, name(family.given()));
                }
                ExportOptions files =
                        new ExportOptions(Optional.of(onnx), Optional.ofNullable(safetensors), limit, label);
                done = MemberExport.export(opened, picked, data.report(), costs.values(), files);
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
                    done.check().top1Agreement(),
                    done.check().examples()));
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
        text.add("proof:  largest difference of a logit " + Text.scientific(result.maxAbsError())
                + ", same first choice on " + Text.percent(result.top1Agreement()) + " of "
                + Text.count(result.examples()) + " held-out examples");
        text.add("Next: " + WeftCommand.of("inspect").path(onnx));
        options.result(result, text);
    }
}
