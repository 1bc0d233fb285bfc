package dev.weft.bench;

import dev.weft.io.CheckFailedException;
import dev.weft.io.EnvironmentException;
import dev.weft.io.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A process that answers each line of its standard input with a line of JSON. What it says on stderr goes to ours, but for the name of
 * its kernels.
 */
final class Child implements AutoCloseable {
    private final String name;
    private final Process process;
    private final PrintStream to;
    private final BufferedReader from;
    private final Kernels kernels = new Kernels();
    private final Thread errors;

    private Child(String name, List<String> command, Map<String, String> environment) {
        this.name = name;
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(Kernels.ASKED);
        builder.environment().putAll(environment);
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new EnvironmentException("Cannot start " + command.get(0) + ": " + e.getMessage(), e);
        }
        to = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        from = process.inputReader(StandardCharsets.UTF_8);
        errors = new Thread(
                () -> kernels.listen(process.errorReader(StandardCharsets.UTF_8), System.err), name + " says");
        errors.setDaemon(true);
        errors.start();
    }

    static Child start(String name, List<String> command, Map<String, String> environment) {
        return new Child(name, command, environment);
    }

    /** A JVM like this one, with its options and class path, that runs {@code Main worker ARGUMENTS}. */
    static Child weft(Map<String, String> environment, Object... arguments) {
        return weft("Weft", System.getProperty("java.class.path"), environment, arguments);
    }

    /** The same of another version, whose class path is given. */
    static Child weft(String name, String classpath, Map<String, String> environment, Object... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", classpath, Main.class.getName(), "worker"));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return new Child(name, command, environment);
    }

    /** The kernels of OpenBLAS in this process, once it has answered. */
    String kernels() {
        return kernels.name();
    }

    /** Those of a JVM like this one. */
    static String weftKernels() {
        try (Child child = weft(Map.of(), "kernels")) {
            child.answer(Map.class);
            return child.kernels();
        }
    }

    /** Sends a line and reads the answer. */
    <T> T ask(String line, Class<T> type) {
        to.println(line);
        return answer(type);
    }

    /** Reads the next answer. */
    <T> T answer(Class<T> type) {
        try {
            String line = from.readLine();
            if (line == null) {
                errors.join(); // its last words come first
                throw new CheckFailedException(name + "'s process ended early, with exit code " + process.waitFor()
                        + "; its last words are above.");
            }
            return Json.parse(line, "answer of " + name, type);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + name, e);
        }
    }

    /** Ends the process: it stops at the end of its input. */
    @Override
    public void close() {
        to.close();
        try {
            if (!process.waitFor(10, java.util.concurrent.TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
