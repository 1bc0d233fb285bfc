package dev.weft.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.data.Dataset;
import dev.weft.export.OnnxFile;
import dev.weft.io.InputException;
import dev.weft.io.Suggest;
import dev.weft.metric.Metric;
import dev.weft.model.BatchNorms;
import dev.weft.model.Family;
import dev.weft.onnx.ExportLabel;
import dev.weft.onnx.ExportedEvaluation;
import dev.weft.pick.CalibratedMember;
import dev.weft.pick.FamilyData;
import dev.weft.results.HeldOutResults;
import dev.weft.stats.Proportion;
import dev.weft.train.Evaluation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "evaluate",
        description = "Measure how good a member or a file is: its accuracy, or a language model's loss.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} evaluate run --member largest",
            "  ${ROOT-COMMAND-NAME} evaluate run/family.safetensors --member smallest --data fashion-mnist-10k --json",
            "  ${ROOT-COMMAND-NAME} evaluate small.onnx --data photos",
            "",
            "A member that the family keeps is evaluated with its own batch-norm statistics; any other is",
            "recalibrated first, on the training split. An exported ONNX file is evaluated in ONNX Runtime, as its users run it, without",
            "libtorch; beside the result stands what its label claims."
        })
final class EvaluateCommand implements Callable<Integer> {
    /** The examples that are measured on; others call them test and validation. */
    enum Split {
        report,
        selection;

        static Split of(String name) {
            return switch (name) {
                case "report", "test" -> report;
                case "selection", "validation" -> selection;
                default ->
                    throw new InputException(
                            "--split must be report (also called test) or selection (also validation), but" + " is \""
                                    + name + "\"." + Suggest.nearest(name, NAMES));
            };
        }

        /** The examples of the data that belong to this split. */
        Dataset of(FamilyData data) {
            return this == report
                    ? data.report()
                    : data.selection()
                            .orElseThrow(
                                    () -> new InputException(
                                            data.source()
                                                    + " has no selection split: the model was trained on other data, and this brings no validation part. Use --split report."));
        }

        private static final List<String> NAMES = List.of("report", "test", "selection", "validation");
    }

    /**
     * A metric that the member is not measured by is null; {@code metrics} has every one that it is measured by, under its key.
     *
     * @param accuracyLow the lower end of its 95 % interval, as {@link Proportion} has it; {@code accuracyHigh} the upper end
     * @param dataMatch {@code verified}: the family was trained on this data; {@code unverified}: that cannot be told; {@code other}
     * @param statistics {@code stored} or {@code recalibrated}
     * @param leaf of a tree of supernets; left out elsewhere
     * @param label of an exported file; left out elsewhere
     */
    record Result(
            Double accuracy,
            Double accuracyLow,
            Double accuracyHigh,
            Double loss,
            Double perplexity,
            Map<Metric, Double> metrics,
            int examples,
            String member,
            String split,
            String data,
            String dataMatch,
            String statistics,
            @JsonInclude(JsonInclude.Include.NON_NULL) String leaf,
            @JsonInclude(JsonInclude.Include.NON_NULL) ExportedClaims label) {
        static Result of(
                Map<Metric, Double> values,
                int examples,
                String member,
                Split split,
                FamilyData data,
                String statistics,
                String leaf,
                ExportedClaims label) {
            Optional<Proportion> accuracy =
                    Optional.ofNullable(values.get(Metric.ACCURACY)).map(share -> new Proportion(share, examples));
            return new Result(
                    values.get(Metric.ACCURACY),
                    accuracy.map(Proportion::low).orElse(null),
                    accuracy.map(Proportion::high).orElse(null),
                    values.get(Metric.LOSS),
                    values.get(Metric.PERPLEXITY),
                    values,
                    examples,
                    member,
                    split.name(),
                    data.source(),
                    data.match().name().toLowerCase(Locale.ROOT),
                    statistics,
                    leaf,
                    label);
        }
    }

    @Mixin
    private GlobalOptions options;

    @Mixin
    private ModelArgument model;

    @Mixin
    private MemberOptions member;

    @Mixin
    private DeviceOption device;

    @Option(
            names = "--split",
            paramLabel = "SPLIT",
            defaultValue = "report",
            description = "The part of the data: report (or test), examples that no choice has seen, or "
                    + "selection (or validation), examples that members are chosen by (default: ${DEFAULT-VALUE}).")
    private String split;

    @Override
    public Integer call() {
        device.use();
        Split asked = Split.of(split);
        Optional<OnnxFile> exported = model.exported(member.given());
        if (exported.isPresent()) {
            evaluate(exported.get(), asked);
        } else {
            evaluateMember(asked);
        }
        return ExitCode.DONE;
    }

    private void evaluate(OnnxFile file, Split asked) {
        FamilyData data = member.data(file);
        Dataset examples = asked.of(data);
        MemberOptions.say(data, options);
        Map<Metric, Double> values =
                ExportedEvaluation.of(file, examples, Runtime.getRuntime().availableProcessors(), Installed.kinds());
        ExportedClaims claims = ExportedClaims.of(new ExportLabel(file));
        Result result =
                Result.of(values, examples.size(), file.member(), asked, data, MemberOptions.STORED, null, claims);
        List<String> text = text(result, values, data, examples.noun());
        text.addAll(claims.text());
        options.result(result, text);
    }

    private void evaluateMember(Split asked) {
        try (Family opened = Family.open(model.file(), Installed.kinds())) {
            FamilyData data = member.data(opened);
            Dataset examples = asked.of(data);
            MemberOptions.say(data, options);
            try (CalibratedMember picked = CalibratedMember.of(opened, member.member(), () -> data)) {
                Map<Metric, Double> values = Evaluation.of(opened, picked.member(), picked.statistics(), examples);
                Result result = Result.of(
                        values,
                        examples.size(),
                        picked.describe(opened),
                        asked,
                        data,
                        MemberOptions.statistics(picked),
                        FrontMember.leaf(opened, picked.member()),
                        null);
                List<String> text = text(result, values, data, examples.noun());
                if (result.leaf() != null) {
                    text.add("leaf: " + result.leaf());
                }
                if (!BatchNorms.channels(opened.definition(), picked.member()).isEmpty()) {
                    text.add("batch-norm statistics: " + result.statistics()
                            + (picked.recalibrated() ? " on the training split" : " in the family"));
                }
                options.result(result, text);
                if (asked == Split.report && member.onOwnData()) {
                    RunPage.update(
                            model.given(),
                            options,
                            () -> HeldOutResults.record(
                                    model.given(), opened, picked.member(), picked.statistics(), data.report()));
                }
            }
        }
    }

    private static List<String> text(Result result, Map<Metric, Double> values, FamilyData data, String noun) {
        return new ArrayList<>(List.of(
                Text.metrics(values, result.examples()) + " of " + Text.count(result.examples())
                        + " " + noun + ", " + result.split()
                        + " split of " + data.source()
                        + (data.match() == FamilyData.Match.OTHER ? ", other data than it was trained on" : ""),
                "member: " + Text.member(result.member())));
    }
}
