package dev.weft.bench;

import java.nio.file.Path;
import java.util.List;

/**
 * How a benchmark is run.
 *
 * @param quick a short trial whose result is not kept
 * @param threads of every engine
 * @param python the interpreter that has PyTorch
 * @param folder {@code bench/}
 */
record Options(boolean quick, int threads, String python, Path folder) {
    static Options of(List<String> arguments) {
        return new Options(
                arguments.contains("--quick"),
                Integer.getInteger("weft.threads", 2),
                System.getProperty("weft.python", "/usr/bin/python3"),
                Path.of(System.getProperty("weft.bench", "bench")));
    }

    String script(String name) {
        return folder.resolve("python").resolve(name).toString();
    }
}
