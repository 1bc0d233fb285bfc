package dev.weft.cli;

import dev.weft.export.InvalidInputException;
import dev.weft.io.CheckFailedException;
import dev.weft.io.EnvironmentException;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.io.PathReason;
import dev.weft.io.Suggest;
import dev.weft.io.WeftCommand;
import dev.weft.natives.NativeLibraryException;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Every failure becomes one line on standard error and an exit code; under {@code --json} also one document on standard
 * output: {@code {"error": "…", "exitCode": 2}}. The stack trace is printed only under {@code --verbose}.
 */
final class Failures {
    private Failures() {}

    /** Sets how failures are answered. It is to be called after all subcommands are added. */
    static void handleIn(CommandLine commandLine) {
        commandLine.registerConverter(Path.class, Failures::path);
        commandLine.setParameterExceptionHandler(Failures::badUsage);
        commandLine.setExecutionExceptionHandler(Failures::failed);
        commandLine.setExecutionStrategy(Failures::run);
    }

    /**
     * Runs a command whose {@link Outputs} are free. picocli hands exceptions of commands to the handler, but lets others and an Error
     * (no memory, a library that does not load) through.
     */
    private static int run(ParseResult parsed) {
        List<CommandLine> commands = parsed.asCommandLineList();
        CommandLine command = commands.get(commands.size() - 1);
        try {
            if (commands.stream().noneMatch(each -> each.isUsageHelpRequested() || each.isVersionHelpRequested())) {
                Outputs.check(command.getCommandSpec());
            }
            return new CommandLine.RunLast().execute(parsed);
        } catch (InputException | Error e) {
            throw new ExecutionException(command, String.valueOf(e.getMessage()), e);
        }
    }

    private static int badUsage(ParameterException failure, String[] args) {
        CommandLine command = failure.getCommandLine();
        String message = firstLine(failure);
        if (failure instanceof UnmatchedArgumentException unmatched) {
            // picocli's own order is by shared letters: of "docter" it says inspect and evaluate too.
            String near = Suggest.nearest(unmatched.getUnmatched().get(0), unmatched.getSuggestions());
            message += near.isEmpty() ? "" : "." + near.replace("\"", "");
        }
        message += " (see: " + command.getCommandSpec().qualifiedName() + " --help)";
        List<String> given = Arrays.asList(args);
        print(command, message, ExitCode.USAGE, given.contains("--json"));
        if (given.contains("--verbose")) {
            failure.printStackTrace(command.getErr());
        }
        return ExitCode.USAGE;
    }

    private static int failed(Exception thrown, CommandLine command, ParseResult parsed) {
        Throwable failure = thrown;
        while ((failure instanceof ExecutionException || failure instanceof ExceptionInInitializerError)
                && failure.getCause() != null) {
            failure = failure.getCause();
        }
        if (failure instanceof StandardOutput.Lost) {
            return ExitCode.DONE; // the process says how the output was lost
        }
        int exitCode = exitCode(failure);
        boolean verbose = given(command, "--verbose");
        print(command, message(failure), exitCode, given(command, "--json"));
        if (verbose) {
            failure.printStackTrace(command.getErr());
        } else if (exitCode == ExitCode.FAILED && !(failure instanceof CheckFailedException)) {
            command.getErr()
                    .println("weft: this was not expected; the same command with --verbose shows where it happened");
        }
        return exitCode;
    }

    private static int exitCode(Throwable failure) {
        if (failure instanceof InvalidInputException || failure instanceof InvalidPathException) {
            return ExitCode.USAGE;
        }
        if (failure instanceof EnvironmentException
                || failure instanceof NativeLibraryException
                || failure instanceof UnsatisfiedLinkError) {
            return ExitCode.ENVIRONMENT;
        }
        return failure instanceof CancellationException ? ExitCode.INTERRUPTED : ExitCode.FAILED;
    }

    private static String message(Throwable failure) {
        if (failure instanceof InvalidInputException
                || failure instanceof EnvironmentException
                || failure instanceof NativeLibraryException
                || failure instanceof CheckFailedException) {
            return firstLine(failure);
        }
        if (failure instanceof CancellationException) {
            return failure.getMessage() == null ? "interrupted" : firstLine(failure);
        }
        if (failure instanceof UnsatisfiedLinkError) {
            return "A native library must load, but got: " + firstLine(failure) + ". Look at: "
                    + WeftCommand.of("doctor");
        }
        if (failure instanceof InvalidPathException invalid) {
            return PathReason.of(invalid);
        }
        String kind = failure.getClass().getSimpleName();
        return failure.getMessage() == null ? kind : kind + ": " + firstLine(failure);
    }

    /** picocli's own converter says which class failed. */
    private static Path path(String given) {
        try {
            return Path.of(given);
        } catch (InvalidPathException e) {
            throw new TypeConversionException(PathReason.of(e));
        }
    }

    private static void print(CommandLine command, String message, int exitCode, boolean json) {
        PrintWriter err = command.getErr();
        err.println(command.getColorScheme().errorText("weft: " + message));
        if (json) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("error", message);
            document.put("exitCode", exitCode);
            command.getOut().print(Json.writeWithNulls(document));
        }
    }

    private static boolean given(CommandLine command, String option) {
        CommandSpec spec = command.getCommandSpec();
        return spec.findOption(option) != null
                && Boolean.TRUE.equals(spec.findOption(option).getValue());
    }

    private static String firstLine(Throwable failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    }
}
