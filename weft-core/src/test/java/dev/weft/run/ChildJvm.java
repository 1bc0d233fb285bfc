package dev.weft.run;

import dev.weft.io.EnvironmentException;
import dev.weft.io.InputException;
import dev.weft.io.TensorData;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Another process, for what one process cannot show: two on one folder, a kill, a limit on the size of files. */
final class ChildJvm implements AutoCloseable {
    final Process process;
    private final BufferedReader out;

    /** @param maxFileKib files of the child cannot grow beyond; 0 for no limit */
    ChildJvm(String job, Path folder, int maxFileKib) throws IOException {
        List<String> command = new ArrayList<>();
        if (maxFileKib > 0) {
            command.addAll(List.of("bash", "-c", "ulimit -f " + maxFileKib + "; exec \"$@\"", "child"));
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                ChildJvm.class.getName(),
                job,
                folder.toString()));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        out = process.inputReader(StandardCharsets.UTF_8);
    }

    String line() throws IOException {
        return out.readLine();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try (RunFolder run = RunFolder.open(Path.of(args[1]))) {
            switch (args[0]) {
                case "hold" -> {
                    out.println("holding");
                    System.in.read();
                }
                case "measureUntilKilled" -> {
                    for (long step = 0; ; step++) {
                        run.database().metric(step, "largest", "loss", 1.0 / step, step);
                        run.database().record("m" + step, "accuracy", "", step);
                        out.println(step);
                    }
                }
                case "saveBig" -> {
                    LinkedHashMap<String, TensorData> tensors = new LinkedHashMap<>();
                    tensors.put("big", TensorData.of("U8", List.of(16L << 20), () -> ByteBuffer.allocate(16 << 20)));
                    run.saveCheckpoint(2, tensors, Map.of());
                    out.println("saved");
                }
                default -> throw new IllegalArgumentException(args[0]);
            }
        } catch (InputException | EnvironmentException e) {
            out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }
}
