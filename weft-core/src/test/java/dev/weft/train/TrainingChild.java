package dev.weft.train;

import dev.weft.io.EnvironmentException;
import dev.weft.io.InputException;
import dev.weft.step.StepReport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A process that resumes a run: to be killed, to hold its lock, or to meet a limit on the size of files. */
final class TrainingChild implements AutoCloseable {
    final Process process;
    private final BufferedReader out;

    /**
     * @param stopAtStep waits there, with the run open, for a line on standard input; -1 to train to the end
     * @param maxFileKib files of the child cannot grow beyond; 0 for no limit
     */
    TrainingChild(Path run, long stopAtStep, int maxFileKib) throws IOException {
        List<String> command = new ArrayList<>();
        if (maxFileKib > 0) {
            command.addAll(List.of("bash", "-c", "ulimit -f " + maxFileKib + "; exec \"$@\"", "child"));
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                TrainingChild.class.getName(),
                run.toString(),
                Long.toString(stopAtStep)));
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        out = process.inputReader(StandardCharsets.UTF_8);
    }

    /** The next line of the child itself, without warnings of its virtual machine; {@code null} at the end. */
    String line() throws IOException {
        String line = out.readLine();
        while (line != null && !line.startsWith("> ")) {
            line = out.readLine();
        }
        return line == null ? null : line.substring(2);
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        long stopAt = Long.parseLong(args[1]);
        try (Trainer trainer = Trainer.resume(Path.of(args[0]))) {
            out.println("> training from " + trainer.stepsDone());
            boolean done = trainer.run(() -> trainer.stepsDone() == stopAt, List.of(new TrainingListener() {
                @Override
                public void stepDone(StepReport report) {
                    out.println("> step " + report.step());
                }
            }));
            out.println("> " + (done ? "done" : "stopped"));
            if (!done) {
                System.in.read();
            }
        } catch (InputException | EnvironmentException e) {
            out.println("> " + e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }
}
