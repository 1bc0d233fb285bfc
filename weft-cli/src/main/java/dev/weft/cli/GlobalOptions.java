package dev.weft.cli;

import dev.weft.io.Json;
import dev.weft.io.WeftCommand;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The options every command has, and the one way a command prints. Use it as {@code @Mixin GlobalOptions options;}.
 *
 * <p>A result goes to standard output once, through {@link #result}; everything said on the way goes to {@link #err()}. So
 * {@code --json} always yields exactly one JSON document.
 */
final class GlobalOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(names = "--json", description = "Print the result as one JSON document; progress stays on standard error.")
    private boolean json;

    @Option(names = "--verbose", description = "Print the stack trace when something fails.")
    private boolean verbose;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    boolean json() {
        return json;
    }

    boolean verbose() {
        return verbose;
    }

    /** This command line, as it was given. */
    WeftCommand given() {
        return new WeftCommand(command.root().commandLine().getParseResult().originalArgs());
    }

    /** This command line for a report, which is read elsewhere. */
    String commandLine() {
        return given().fromAnywhere();
    }

    /** The stream that progress, notes and warnings go to. */
    PrintWriter err() {
        return command.commandLine().getErr();
    }

    /**
     * Prints the command's result: {@code value} as JSON under {@code --json}, the lines of {@code text} otherwise.
     *
     * @param value a record, a map with ordered keys, or a list of those
     */
    void result(Object value, List<String> text) {
        PrintWriter out = command.commandLine().getOut();
        if (json) {
            out.print(Json.writeWithNulls(value));
        } else {
            text.forEach(out::println);
        }
        out.flush();
    }

    /**
     * Prints a part of the result as it comes; under {@code --json} nothing, for the document holds it. Ends the command when nobody
     * gets it.
     */
    void stream(String part) {
        if (!json) {
            PrintWriter out = command.commandLine().getOut();
            out.print(part);
            if (out.checkError()) {
                throw new StandardOutput.Lost();
            }
        }
    }
}
