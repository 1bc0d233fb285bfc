package dev.weft.cli;

import dev.weft.io.Json;
import dev.weft.lab.Judgement;
import dev.weft.lab.Reproduction;
import dev.weft.lab.ReproductionSettings;
import dev.weft.lab.Reproductions;
import dev.weft.lab.Results;
import dev.weft.lab.study.TextTable;
import dev.weft.report.ExperimentReport.Outcome;
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
            "  ${ROOT-COMMAND-NAME} reproduce bignas               about ten minutes on a quiet machine",
            "  ${ROOT-COMMAND-NAME} reproduce bignas --smoke       a minute: everything runs, the numbers say nothing",
            "  ${ROOT-COMMAND-NAME} reproduce tanglenas --maps     half an hour and more: also softmax, sparsemax and Gumbel",
            "  ${ROOT-COMMAND-NAME} reproduce mixture-of-supernets about forty minutes",
            "  ${ROOT-COMMAND-NAME} reproduce gradient-matching    about a quarter of an hour",
            "  ${ROOT-COMMAND-NAME} reproduce shiftnas             twenty minutes on a quiet machine",
            "",
            "Ctrl-C stops after the current step; the same command goes on from there.",
            "Exit code 1: a part of the paper's claim did not hold."
        })
final class ReproduceCommand implements Callable<Integer> {
    @Mixin
    private GlobalOptions options;

    @Parameters(
            index = "0",
            paramLabel = "SYSTEM",
            completionCandidates = SystemNames.class,
            description = "The method whose published experiment is repeated: ${COMPLETION-CANDIDATES}.")
    private String system;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            description =
                    "Repetitions with different seeds (default: 3, or 1 with --smoke). More may be added later in the same folder.")
    private Integer seeds;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description =
                    "Epochs of every training, instead of the experiment's own number; more is slower and says more.")
    private Integer epochs;

    @Option(
            names = "--smoke",
            description = "Use tiny settings, which show that it works and say nothing about the claim.")
    private boolean smoke;

    @Option(
            names = "--maps",
            description =
                    "Also compare softmax, sparsemax and Gumbel (tanglenas only). May be added later in the same folder.")
    private boolean maps;

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
        Reproduction reproduction = Reproductions.named(system);
        ReproductionSettings settings = new ReproductionSettings(
                seeds == null ? (smoke ? 1 : 3) : seeds,
                smoke,
                TrainCommand.anywhere(data == null ? reproduction.data() : data),
                epochs,
                maps);
        Path folder = out == null ? Path.of("reproduce-" + system + (smoke ? "-smoke" : "")) : out;
        Phases phases = new Phases(options.err());
        try (Interrupt interrupt = Interrupt.watch(options.err())) {
            Optional<Results> results = reproduction.run(settings, folder, phases::update, interrupt);
            phases.clear();
            if (results.isEmpty()) {
                options.result(
                        stopped(folder), List.of("Stopped. The same command goes on from what is in " + folder + "."));
                return ExitCode.INTERRUPTED;
            }
            options.result(document(results.get()), text(results.get(), folder));
            return results.get().outcome() != Outcome.NOT_HELD || smoke ? ExitCode.DONE : ExitCode.FAILED;
        }
    }

    private Map<String, Object> stopped(Path folder) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("system", system);
        document.put("interrupted", true);
        document.put("out", folder.toString());
        document.put("exitCode", ExitCode.INTERRUPTED);
        return document;
    }

    /** What results.json holds. */
    private static Map<?, ?> document(Results results) {
        return Json.parse(Json.write(results), "results", LinkedHashMap.class);
    }

    private static List<String> text(Results results, Path folder) {
        List<String> text = new ArrayList<>();
        text.add(results.report().title());
        text.add("");
        text.addAll(TextTable.lines(results.report()));
        text.add("");
        text.add(results.report().claim());
        text.add("");
        for (Judgement verdict : results.verdicts()) {
            text.add(String.format(Locale.ROOT, "%-13s  %s", verdict.outcome().text(), verdict.sentence()));
        }
        text.add("");
        text.add(folder.resolve("report.html") + ", " + folder.resolve("results.json"));
        return text;
    }
}
