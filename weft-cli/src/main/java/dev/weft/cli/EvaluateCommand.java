package dev.weft.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.data.Dataset;
import dev.weft.io.InputException;
import dev.weft.io.Suggest;
import dev.weft.model.BatchNorms;
import dev.weft.model.Family;
import dev.weft.model.Metric;
import dev.weft.pick.FamilyData;
import dev.weft.pick.HeldOutResults;
import dev.weft.pick.PickedMember;
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
        description = "Measure how good a member is: its accuracy, or a language model's loss.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} evaluate run --member largest",
            "  ${ROOT-COMMAND-NAME} evaluate run/family.safetensors --member smallest --data fashion-mnist-10k --json",
            "",
            "A member that the family keeps is evaluated with its own batch-norm statistics; any other is",
            "recalibrated first, on the training split."
        })
final class EvaluateCommand implements Callable<Integer> {
    /** Which examples; others call them test and validation. */
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

        private static final List<String> NAMES = List.of("report", "test", "selection", "validation");
    }

    /**
     * A metric that the member is not measured by is null.
     *
     * @param accuracyLow the lower end of its 95 % interval, as {@link Proportion} has it; {@code accuracyHigh} the upper end
     * @param dataMatch {@code verified}: the family was trained on this data; {@code unverified}: that cannot be told; {@code other}
     * @param statistics {@code stored} or {@code recalibrated}
     * @param leaf of a tree of supernets; left out elsewhere
     */
    record Result(
            Double accuracy,
            Double accuracyLow,
            Double accuracyHigh,
            Double loss,
            Double perplexity,
            int examples,
            String member,
            String split,
            String data,
            String dataMatch,
            String statistics,
            @JsonInclude(JsonInclude.Include.NON_NULL) String leaf) {}

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
            description = "The part of the data: report (or test), examples that no choice has seen, or "
                    + "selection (or validation), examples that members are chosen by (default: ${DEFAULT-VALUE}).")
    private String split;

    @Override
    public Integer call() {
        Split asked = Split.of(split);
        try (Family opened = Family.open(family.file())) {
            FamilyData data = member.data(opened);
            Dataset examples = asked == Split.report ? data.report() : selection(data);
            MemberOptions.say(data, options);
            try (PickedMember picked = PickedMember.of(opened, member.member(), () -> data)) {
                Map<Metric, Double> values = Evaluation.of(opened, picked.member(), picked.statistics(), examples);
                Optional<Proportion> accuracy = Optional.ofNullable(values.get(Metric.ACCURACY))
                        .map(share -> new Proportion(share, examples.size()));
                Result result = new Result(
                        values.get(Metric.ACCURACY),
                        accuracy.map(Proportion::low).orElse(null),
                        accuracy.map(Proportion::high).orElse(null),
                        values.get(Metric.LOSS),
                        values.get(Metric.PERPLEXITY),
                        examples.size(),
                        picked.describe(opened),
                        asked.name(),
                        data.source(),
                        data.match().name().toLowerCase(Locale.ROOT),
                        MemberOptions.statistics(picked),
                        FrontMember.leaf(opened, picked.member()));
                List<String> text = new ArrayList<>(List.of(
                        Text.metrics(values, examples.size()) + " of " + Text.count(examples.size())
                                + (values.containsKey(Metric.ACCURACY) ? " images, " : " windows, ") + asked
                                + " split of " + data.source()
                                + (data.match() == FamilyData.Match.OTHER ? ", other data than it was trained on" : ""),
                        "member: " + Text.member(result.member())));
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
                            family.given(),
                            options,
                            () -> HeldOutResults.record(
                                    family.given(), opened, picked.member(), picked.statistics(), data.report()));
                }
            }
        }
        return ExitCode.DONE;
    }

    private static Dataset selection(FamilyData data) {
        return data.selection()
                .orElseThrow(
                        () -> new InputException(
                                data.source()
                                        + " has no selection split: the family was trained on other data, and this brings no validation part. Use --split report."));
    }
}
