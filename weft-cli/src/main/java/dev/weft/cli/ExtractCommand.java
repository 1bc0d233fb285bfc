package dev.weft.cli;

import dev.weft.io.EnvironmentException;
import dev.weft.io.IoReason;
import dev.weft.io.WeftCommand;
import dev.weft.model.Family;
import dev.weft.model.LawCheck;
import dev.weft.model.MemberDelta;
import dev.weft.nn.Pass;
import dev.weft.ops.Bundle;
import dev.weft.pick.CalibratedMember;
import dev.weft.seed.RandomStream;
import dev.weft.space.Member;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "extract",
        description = "Write a member as a model of its own (safetensors).",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} extract run --member smallest --out smallest.safetensors",
            "  ${ROOT-COMMAND-NAME} extract tuned --delta-of base.safetensors --out delta.safetensors",
            "  ${ROOT-COMMAND-NAME} extract delta.safetensors --base base.safetensors --out whole.safetensors",
            "",
            "On the CPU in float32 its output equals the member's bit for bit. ${ROOT-COMMAND-NAME} export also writes ONNX."
        })
final class ExtractCommand implements Callable<Integer> {
    /**
     * What was written.
     *
     * @param base null where the model was written whole
     */
    record Result(String safetensors, String member, long bytes, String statistics, String base) {}

    @Mixin
    private GlobalOptions options;

    @Mixin
    private FamilyArgument family;

    @Mixin
    private MemberOptions member;

    @Option(
            names = "--delta-of",
            paramLabel = "BASE",
            description =
                    "Write only what changes this base: the family, or the extracted model, that FAMILY was tuned from. Where the base is a family, the file changes the same member of it.")
    private Path deltaOf;

    @Option(
            names = "--base",
            paramLabel = "BASE",
            description = "The base of a FAMILY that --delta-of wrote: both together are the model.")
    private Path base;

    @Written
    @Option(names = "--out", required = true, paramLabel = "FILE", description = "The safetensors file to write.")
    private Path out;

    @Override
    public Integer call() {
        try (Family opened = open();
                CalibratedMember picked =
                        CalibratedMember.of(opened, member.member(), () -> member.asTrained(opened, options));
                Family alone = opened.extract(picked.member(), picked.statistics())) {
            String line = picked.describe(opened);
            try (Bundle example = opened.definition().input().random(1, RandomStream.STAND_IN.random(0))) {
                LawCheck.of(opened, Pass.evaluation(picked.member(), picked.statistics()), alone, example)
                        .requireWithin(opened.tolerance(), line);
            }
            alone.note("member", line);
            List<String> said = new ArrayList<>();
            if (deltaOf == null) {
                alone.save(out);
            } else {
                said.add(writeDelta(opened, picked.member(), alone));
            }
            Result result = new Result(
                    out.toString(),
                    line,
                    Files.size(out),
                    MemberOptions.statistics(picked),
                    deltaOf == null ? null : deltaOf.toString());
            said.add(0, "Wrote " + out + ", " + Text.bytes(result.bytes()));
            said.add("member: " + Text.member(line));
            said.add("Next: "
                    + (deltaOf == null
                            ? WeftCommand.of("evaluate").path(out)
                            : WeftCommand.of("extract")
                                    .path(out)
                                    .path("--base", deltaOf)
                                    .and("--out", "FILE")));
            options.result(result, said);
        } catch (IOException e) {
            throw new EnvironmentException("Cannot read " + out + ": " + IoReason.of(e) + ".", e);
        }
        return ExitCode.DONE;
    }

    private Family open() {
        if (base == null) {
            return Family.open(family.file(), Installed.kinds());
        }
        try (Family opened = Family.open(FamilyArgument.file(base), Installed.kinds())) {
            return MemberDelta.open(family.file(), opened, Installed.kinds());
        }
    }

    private String writeDelta(Family opened, Member member, Family alone) {
        try (Family changed = Family.open(FamilyArgument.file(deltaOf), Installed.kinds())) {
            Optional<Member> own = opened.space().choices().isEmpty() ? Optional.empty() : Optional.of(member);
            int written = MemberDelta.write(alone, own, changed, out);
            return "holds only what differs from " + deltaOf + ": " + Text.count(written, "tensor");
        }
    }
}
