package dev.weft.natives;

import dev.weft.ops.Libtorch;
import dev.weft.ops.Tensors;
import dev.weft.run.SqliteLibrary;
import dev.weft.text.HuggingFaceTokenizer;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.Tensor;

/** A process of its own that unpacks and loads: to be killed, to be one of several, or to meet a machine that is in the way. */
final class NativesChild implements AutoCloseable {
    static final String TOKENIZER =
            "{\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"a\":0,\"b\":1},\"unk_token\":\"a\"},"
                    + "\"pre_tokenizer\":{\"type\":\"Whitespace\"}}";

    private final Process process;

    /**
     * @param options of the JVM
     * @param environment added to that of this process, without {@link NativeCache#VARIABLE}
     * @param shell put before the command of the JVM, such as a limit; none where it is empty
     * @param task what to do, see {@link #main}
     */
    NativesChild(List<String> options, Map<String, String> environment, String shell, String... task)
            throws IOException {
        List<String> command = new ArrayList<>();
        if (!shell.isEmpty()) {
            command.addAll(List.of("bash", "-c", shell + "; exec \"$@\"", "child"));
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:-UsePerfData", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        // What this JVM was allowed: newer ones warn about native libraries, in the output that is compared.
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--enable-native-access"))
                .forEach(command::add);
        command.addAll(options);
        command.addAll(List.of(
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                NativesChild.class.getName()));
        command.addAll(List.of(task));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove(NativeCache.VARIABLE);
        builder.environment().putAll(environment);
        process = builder.start();
    }

    /** All that it printed, when it has ended. */
    String end() throws IOException {
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return text + "exit " + process.onExit().join().exitValue();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Kills it, as {@code kill -9} does. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try {
            switch (args[0]) {
                case "folder" -> out.println(NativeCache.folder());
                case "jar" -> out.println(NativeLibraries.unpack("made-up", NativeFile.beside(new URL(args[1]))));
                case "libtorch" -> {
                    try (Tensor tensor = Tensors.zeros(2, 3)) { // Weft's class first, as in a program that uses Weft
                        out.println(tensor.numel() + " "
                                + Loader.getLoadedLibraries().get("torch_cpu"));
                    }
                    out.println(Libtorch.load());
                }
                case "others" -> {
                    out.println(OnnxRuntime.environment().getVersion());
                    out.println(SqliteLibrary.version());
                    out.println(new HuggingFaceTokenizer(TOKENIZER).encode("a b").length);
                    out.println(Path.of(System.getProperty("java.io.tmpdir"))
                            .toFile()
                            .list((folder, name) -> name.contains("sqlite") || name.contains("tokenizers"))
                            .length);
                }
                default -> throw new IllegalArgumentException(args[0]);
            }
        } catch (NativeLibraryException e) {
            out.println("NativeLibraryException: " + e.getMessage());
        }
    }
}
