package dev.weft.cli;

import dev.weft.io.InputException;
import dev.weft.io.WeftCommand;
import dev.weft.lab.Studies;
import dev.weft.lab.study.Study;
import dev.weft.lab.study.StudyResults;
import dev.weft.lab.study.StudyRun;
import dev.weft.lab.study.StudySettings;
import dev.weft.lab.study.TextTable;
import dev.weft.report.ExperimentReport.Outcome;
import dev.weft.report.ExperimentReport.Verdict;
import java.nio.file.Path;
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
import picocli.CommandLine.Parameters;

@Command(
        name = "reproduce",
        description = "Repeat a published experiment with its baselines, and judge its claim.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} reproduce --list                  what there is, with its parts and budgets",
            "  ${ROOT-COMMAND-NAME} reproduce bignas --smoke          a minute: everything runs, the numbers say nothing",
            "  ${ROOT-COMMAND-NAME} reproduce bignas --epochs 8       up to an hour",
            "  ${ROOT-COMMAND-NAME} reproduce bignas --epochs 8,32    and four times as long, so that the two can be compared",
            "  ${ROOT-COMMAND-NAME} reproduce tanglenas --with maps   also softmax, sparsemax, Gumbel and GDAS",
            "",
            "Ctrl-C stops after the current step; the same command goes on from there.",
            "Exit code 1: a part of the paper's claim did not hold, at the largest number of epochs."
        })
final class ReproduceCommand implements Callable<Integer> {
    @Mixin
    private GlobalOptions options;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "SYSTEM",
            completionCandidates = SystemNames.class,
            description = "The method whose published experiment is repeated: ${COMPLETION-CANDIDATES}.")
    private String system;

    @Option(names = "--list", description = "List the systems, with what can be added to each, and run nothing.")
    private boolean list;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            description =
                    "Repetitions with different seeds (default: 3, or 1 with --smoke). More may be added later in the same folder. One seed decides nothing.")
    private Integer seeds;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            split = ",",
            description =
                    "Epochs of training, or several numbers with commas between them, instead of the experiment's own. Every claim is judged at each.")
    private List<Integer> epochs = List.of();

    @Option(
            names = "--smoke",
            description = "Use tiny settings, which show that it works and say nothing about the claim.")
    private boolean smoke;

    @Option(
            names = "--with",
            paramLabel = "PART",
            description =
                    "Also run a part that is left out otherwise; see --list. May be given several times, and added later in the same folder.")
    private List<String> parts = List.of();

    @Written
    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "The folder for runs, results.json and report.html (default: reproduce-SYSTEM, or reproduce-SYSTEM-smoke with --smoke).")
    private Path out;

    @Option(
            names = "--data",
            paramLabel = "NAME_OR_DIR",
            description =
                    "Data to use: a name of ${ROOT-COMMAND-NAME} data or a folder (default: the data that the experiment is meant for).")
    private String data;

    @Override
    public Integer call() {
        if (list) {
            return list();
        }
        if (system == null) {
            throw new InputException("A system must be given to reproduce, but none is. There are: "
                    + String.join(", ", new SystemNames()) + ". See: " + WeftCommand.of("reproduce", "--list"));
        }
        Study study = Studies.named(system);
        StudySettings settings = new StudySettings(
                seeds == null ? (smoke ? 1 : 3) : seeds,
                smoke,
                TrainCommand.anywhere(data == null ? study.data() : data),
                epochs,
                parts);
        Phases phases = new Phases(options.err());
        try (Interrupt interrupt = Interrupt.watch(options.err())) {
            Optional<StudyResults> results = StudyRun.run(study, settings, folder(), phases::update, interrupt);
            phases.clear();
            if (results.isEmpty()) {
                options.result(
                        stopped(folder()),
                        List.of("Stopped. The same command goes on from what is in " + folder() + "."));
                return ExitCode.INTERRUPTED;
            }
            options.result(results.get(), text(results.get(), folder()));
            return results.get().outcome() == Outcome.NOT_HELD ? ExitCode.FAILED : ExitCode.DONE;
        }
    }

    private Path folder() {
        return out == null ? Path.of("reproduce-" + system + (smoke ? "-smoke" : "")) : out;
    }

    private int list() {
        List<Map<String, Object>> systems = new ArrayList<>();
        List<String> text = new ArrayList<>();
        for (Study study : Studies.ALL) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("system", study.name());
            one.put("title", study.title());
            one.put("description", study.description());
            one.put("paper", study.paper());
            one.put("data", study.data());
            one.put("budget", study.budget());
            one.put("parts", study.parts());
            systems.add(one);
            text.add(study.name());
            text.add("    " + study.description());
            text.add("    data: " + study.data() + "; --epochs: " + study.budget());
            study.parts().forEach(part -> text.add("    --with " + part.name() + ": " + part.description()));
        }
        options.result(Map.of("systems", systems), text);
        return ExitCode.DONE;
    }

    private static List<String> text(StudyResults results, Path folder) {
        List<String> text = new ArrayList<>();
        text.add(results.report().title());
        text.add("");
        text.addAll(TextTable.lines(results.report()));
        text.add("");
        text.add(results.report().claim());
        text.add("");
        List<Verdict> verdicts = results.report().verdicts();
        verdicts.stream()
                .filter(Verdict::decides)
                .forEach(verdict -> text.add(line(verdict.outcome(), verdict.sentence())));
        long others = verdicts.stream().filter(verdict -> !verdict.decides()).count();
        if (others > 0) {
            text.add("Comparisons that decide nothing: " + others + ", on the page.");
        }
        text.add("");
        text.add(folder.resolve("report.html") + ", " + folder.resolve("results.json"));
        return text;
    }

    private static String line(Outcome outcome, String sentence) {
        return String.format(Locale.ROOT, "%-10s  %s", outcome.text(), sentence);
    }

    private Map<String, Object> stopped(Path folder) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("system", system);
        document.put("interrupted", true);
        document.put("out", folder.toString());
        document.put("exitCode", ExitCode.INTERRUPTED);
        return document;
    }
}
