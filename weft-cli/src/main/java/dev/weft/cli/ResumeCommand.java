package dev.weft.cli;

import dev.weft.results.RunReports;
import dev.weft.train.TrainingRun;
import dev.weft.tree.TrainingRuns;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "resume",
        description = "Go on with training that was stopped.",
        footerHeading = "%nExample:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} resume run",
            "",
            "The weights at the end are, bit for bit, those of a run that was never stopped,",
            "unless an earlier version of Weft began it: then the command says so."
        })
final class ResumeCommand implements Callable<Integer> {
    @Mixin
    private GlobalOptions options;

    @Parameters(paramLabel = "RUN_DIR", description = "The folder of the run.")
    private Path run;

    @Option(
            names = "--data",
            paramLabel = "NAME_OR_DIR",
            description =
                    "The place of the run's data now, when it was moved; the run remembers it (default: where it was).")
    private String data;

    @Override
    public Integer call() {
        try (Interrupt interrupt = Interrupt.watch(options.err());
                TrainingRun training = TrainingRuns.resume(run, moved(), Installed.kinds())) {
            options.err()
                    .println(
                            training.isOver()
                                    ? "weft: all " + training.stepsDone() + " steps are done already"
                                    : "weft: going on after " + training.place());
            TrainingData.say(training.splits(), options);
            training.folder().database().event(RunReports.COMMAND, options.commandLine());
            Training.Result result = Training.run(training, options, interrupt);
            Training.print(result, options);
            return result.exitCode();
        }
    }

    private Optional<String> moved() {
        return Optional.ofNullable(TrainCommand.anywhere(data));
    }
}
