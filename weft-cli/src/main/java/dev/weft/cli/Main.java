package dev.weft.cli;

import dev.weft.io.WeftCommand;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The {@code weft} program: the list of its commands, and how it starts and ends. */
@Command(
        name = "weft",
        description = "Train one set of weights, ship many models.",
        versionProvider = Version.class,
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} quickstart         train, search, export and report, in five minutes",
            "  ${ROOT-COMMAND-NAME} doctor             is this machine ready?",
            "  ${ROOT-COMMAND-NAME} COMMAND --help     what a command does, with an example",
            "",
            "Exit codes: 0 done, 1 a check failed, 2 bad usage or input, 3 environment, 130 interrupted."
        })
public final class Main implements Callable<Integer> {
    /** Every command, in the order of the help. A new command is its class and its line here. */
    static final List<Entry> COMMANDS = List.of(
            new Entry("Begin here", QuickstartCommand::new),
            new Entry("Train", RecipesCommand::new),
            new Entry("Train", DataCommand::new),
            new Entry("Train", TrainCommand::new),
            new Entry("Train", ResumeCommand::new),
            new Entry("Train", DiagnoseCommand::new),
            new Entry("Train", ImportCommand::new),
            new Entry("Pick", EvaluateCommand::new),
            new Entry("Pick", TrustCommand::new),
            new Entry("Pick", SearchCommand::new),
            new Entry("Pick", MeasureCommand::new),
            new Entry("Pick", LatencyTableCommand::new),
            new Entry("Pick", ReportCommand::new),
            new Entry("Pick", CompareCommand::new),
            new Entry("Pick", MetricsCommand::new),
            new Entry("Ship", ExportCommand::new),
            new Entry("Ship", ExtractCommand::new),
            new Entry("Ship", PredictCommand::new),
            new Entry("Ship", InspectCommand::new),
            new Entry("Ship", GenerateCommand::new),
            new Entry("Around it", ReproduceCommand::new),
            new Entry("Around it", DoctorCommand::new),
            new Entry("Around it", CompletionCommand::new));

    /** A command and the heading that the help lists it under. */
    record Entry(String group, Supplier<Callable<Integer>> command) {}

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Print the version.")
    private boolean version;

    @Spec
    private CommandSpec spec;

    private Main() {}

    public static void main(String[] args) {
        // Text is UTF-8, whatever the terminal's own encoding is.
        StandardOutput standardOutput = new StandardOutput();
        PrintWriter out = new PrintWriter(standardOutput, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int exitCode = execute(out, err, args);
        out.flush();
        err.flush();
        System.exit(standardOutput.exitCode(exitCode, err));
    }

    /** Runs one command line as {@code main} does, without ending the process; returns the exit code. */
    static int execute(PrintWriter out, PrintWriter err, String... args) {
        return commandLine().setOut(out).setErr(err).execute(args);
    }

    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Main());
        Map<String, List<String>> groups = new LinkedHashMap<>();
        for (Entry entry : COMMANDS) {
            CommandLine command = new CommandLine(entry.command().get());
            commandLine.addSubcommand(command);
            groups.computeIfAbsent(entry.group(), group -> new ArrayList<>()).add(command.getCommandName());
        }
        commandLine.setExpandAtFiles(false); // what begins with @ is text, not a file of arguments
        commandLine.setCommandName(WeftCommand.quote(WeftCommand.program()));
        commandLine.setUsageHelpAutoWidth(true).setUsageHelpLongOptionsMaxWidth(28);
        commandLine
                .getHelpSectionMap()
                .put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, help -> groupedCommands(help, groups));
        commandLine.getHelpSectionMap().remove(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING);
        if ("dumb".equals(System.getenv("TERM"))) {
            commandLine.setColorScheme(
                    Help.defaultColorScheme(Help.Ansi.OFF)); // picocli looks at terminals, not at this
        }
        Failures.handleIn(commandLine);
        return commandLine;
    }

    /** {@code weft} alone shows what there is to do. */
    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return ExitCode.USAGE;
    }

    private static String groupedCommands(Help help, Map<String, List<String>> groups) {
        StringBuilder text = new StringBuilder();
        int width = groups.values().stream()
                .flatMap(List::stream)
                .mapToInt(String::length)
                .max()
                .orElse(0);
        groups.forEach((group, names) -> {
            text.append(String.format(Locale.ROOT, "%n%s:%n", group));
            for (String name : names) {
                CommandSpec command = help.subcommands().get(name).commandSpec();
                // Padded by hand: colour codes have no width.
                String padding = " ".repeat(width + 2 - name.length());
                text.append(String.format(
                        Locale.ROOT,
                        "  %s%s%s%n",
                        help.colorScheme().commandText(name),
                        padding,
                        command.usageMessage().description()[0]));
            }
        });
        return text.toString();
    }
}
