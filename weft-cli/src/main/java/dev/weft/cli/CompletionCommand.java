package dev.weft.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "completion",
        description = "Print the script that gives TAB completion.",
        footerHeading = "%nExample:%n",
        footer = "  source <(${ROOT-COMMAND-NAME} completion bash)")
final class CompletionCommand implements Callable<Integer> {
    /** One script serves both: it switches zsh to bash-style completion itself. */
    enum Shell {
        bash,
        zsh
    }

    @Spec
    private CommandSpec command;

    @Parameters(arity = "0..1", paramLabel = "SHELL", defaultValue = "bash", description = "${COMPLETION-CANDIDATES}")
    private Shell shell;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Override
    public Integer call() {
        command.commandLine()
                .getOut()
                .print(AutoComplete.bash("weft", command.parent().commandLine()));
        command.commandLine().getOut().flush();
        return ExitCode.DONE;
    }
}
