package dev.weft.cli;

import dev.weft.io.WeftCommand;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "completion",
        description = "Print the script that gives TAB completion.",
        subcommands = CompletionCommand.Words.class,
        footerHeading = "%nExample:%n",
        footer = "  source <(${ROOT-COMMAND-NAME} completion bash)")
final class CompletionCommand implements Callable<Integer> {
    /** The script for both shells: zsh is asked to complete as bash does. Nothing is in the script that may be out of date. */
    private static final String SCRIPT = """
            # TAB completion of Weft for bash and zsh: the program itself says what may come next.
            if [ -n "${ZSH_VERSION:-}" ]; then
                autoload -U +X compinit && { whence compdef >/dev/null || compinit -u; }
                autoload -U +X bashcompinit && bashcompinit
            fi
            _weft_complete() {
                local word
                COMPREPLY=()
                while IFS= read -r word; do
                    [ -z "$word" ] || COMPREPLY+=("$word")
                done < <(WEFT_COMPLETING=1 "${COMP_WORDS[0]/#\\~/$HOME}" completion words -- \\
                    "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
            }
            complete -o default -F _weft_complete %s
            """;

    /** One script serves both. */
    enum Shell {
        bash,
        zsh
    }

    @Spec
    private CommandSpec command;

    @Parameters(
            arity = "0..1",
            paramLabel = "SHELL",
            defaultValue = "bash",
            description = "The shell that the script is for: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Shell shell;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Override
    public Integer call() {
        PrintWriter out = command.commandLine().getOut();
        String called = Path.of(WeftCommand.program()).getFileName().toString();
        out.print(String.format(
                Locale.ROOT, SCRIPT, called.equals("weft") ? "weft" : "weft " + WeftCommand.quote(called)));
        out.flush();
        return ExitCode.DONE;
    }

    /** What the script calls at each TAB. */
    @Command(name = "words", hidden = true, description = "Print what may come next on a command line.")
    static final class Words implements Callable<Integer> {
        @Spec
        private CommandSpec command;

        @Parameters(
                arity = "0..*",
                paramLabel = "WORD",
                description = "The words of the command line so far; the last may be empty.")
        private List<String> words = List.of();

        @Override
        public Integer call() {
            PrintWriter out = command.commandLine().getOut();
            Completion.of(command.root().commandLine(), words).forEach(out::println);
            out.flush();
            return ExitCode.DONE;
        }
    }
}
