package dev.weft.cli;

import dev.weft.io.EnvironmentException;
import dev.weft.io.IoReason;
import dev.weft.io.WeftCommand;
import dev.weft.model.Family;
import dev.weft.model.LawCheck;
import dev.weft.nn.Pass;
import dev.weft.ops.Bundle;
import dev.weft.pick.CalibratedMember;
import dev.weft.seed.RandomStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "extract",
        description = "Write a member as a model of its own (safetensors).",
        footerHeading = "%nExample:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} extract run --member smallest --out smallest.safetensors",
            "",
            "On the CPU in float32 its output equals the member's bit for bit. ${ROOT-COMMAND-NAME} export also writes ONNX."
        })
final class ExtractCommand implements Callable<Integer> {
    record Result(String safetensors, String member, long bytes, String statistics) {}

    @Mixin
    private GlobalOptions options;

    @Mixin
    private FamilyArgument family;

    @Mixin
    private MemberOptions member;

    @Written
    @Option(names = "--out", required = true, paramLabel = "FILE", description = "The safetensors file to write.")
    private Path out;

    @Override
    public Integer call() {
        try (Family opened = Family.open(family.file(), Installed.kinds());
                CalibratedMember picked =
                        CalibratedMember.of(opened, member.member(), () -> member.asTrained(opened, options));
                Family alone = opened.extract(picked.member(), picked.statistics())) {
            String line = picked.describe(opened);
            try (Bundle example = opened.definition().input().random(1, RandomStream.STAND_IN.random(0))) {
                LawCheck.of(opened, Pass.evaluation(picked.member(), picked.statistics()), alone, example)
                        .requireWithin(opened.tolerance(), line);
            }
            alone.note("member", line);
            alone.save(out);
            Result result = new Result(out.toString(), line, Files.size(out), MemberOptions.statistics(picked));
            options.result(
                    result,
                    List.of(
                            "Wrote " + out + ", " + Text.bytes(result.bytes()),
                            "member: " + Text.member(line),
                            "Next: " + WeftCommand.of("evaluate").path(out)));
        } catch (IOException e) {
            throw new EnvironmentException("Cannot read " + out + ": " + IoReason.of(e) + ".", e);
        }
        return ExitCode.DONE;
    }
}
