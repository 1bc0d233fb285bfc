package dev.weft.cli;

import dev.weft.data.ImageDataset;
import dev.weft.io.InputException;
import dev.weft.model.Family;
import dev.weft.pick.FamilyData;
import dev.weft.pick.PickedMember;
import dev.weft.train.Evaluation;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "evaluate",
        description = "Measure a member's accuracy.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weft evaluate run --member largest",
            "  weft evaluate run/family.safetensors --member smallest --data fashion-mnist-10k --json",
            "",
            "A member that the family keeps is evaluated with its own batch-norm statistics; any other is",
            "recalibrated first, on the training split."
        })
final class EvaluateCommand implements Callable<Integer> {
    /** Which images. */
    enum Split {
        report,
        selection
    }

    /** @param statistics {@code stored} or {@code recalibrated} */
    record Result(double accuracy, int examples, String member, String split, String data, String statistics) {}

    @Mixin
    private GlobalOptions options;

    @Mixin
    private FamilyArgument family;

    @Mixin
    private MemberOptions member;

    @Option(
            names = "--split",
            paramLabel = "SPLIT",
            defaultValue = "report",
            description = "report: test images that no choice has seen; selection: those that members are chosen by.")
    private Split split;

    @Override
    public Integer call() {
        try (Family opened = Family.open(family.file())) {
            FamilyData data = member.data(opened);
            ImageDataset images = split == Split.report ? data.report() : selection(data);
            try (PickedMember picked = PickedMember.of(opened, member.member(), () -> data)) {
                double accuracy = Evaluation.accuracy(opened, picked.member(), picked.statistics(), images);
                Result result = new Result(
                        accuracy,
                        images.size(),
                        picked.describe(opened),
                        split.name(),
                        data.source(),
                        MemberOptions.statistics(picked));
                options.result(
                        result,
                        List.of(
                                Text.percent(accuracy) + " of " + Text.count(images.size()) + " images, " + split
                                        + " split of " + data.source(),
                                "member: " + result.member(),
                                "batch-norm statistics: " + result.statistics()
                                        + (picked.recalibrated() ? " on the training split" : " in the family")));
            }
        }
        return ExitCode.DONE;
    }

    private static ImageDataset selection(FamilyData data) {
        return data.selection()
                .orElseThrow(
                        () -> new InputException(
                                data.source()
                                        + " has no selection split: the family was trained on other data, and this brings no validation part. Use --split report."));
    }
}
