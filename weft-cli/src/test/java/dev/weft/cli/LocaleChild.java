package dev.weft.cli;

import java.nio.file.Path;

/** A process that trains, measures, exports and reports in the language it was started in. */
final class LocaleChild {
    private LocaleChild() {}

    public static void main(String[] args) {
        Path run = Tiny.run(Path.of(args[0]));
        String onnx = run.resolve("smallest.onnx").toString();
        for (String[] command : new String[][] {
            {"measure", run.toString(), "--member", "smallest"},
            {"export", run.toString(), "--member", "smallest", "--onnx", onnx},
            {"report", run.toString()},
            {"inspect", onnx, "--json"}
        }) {
            Run done = Run.weft(command);
            System.out.println(done.out() + done.err());
            if (done.exitCode() != ExitCode.DONE) {
                System.exit(done.exitCode());
            }
        }
    }
}
