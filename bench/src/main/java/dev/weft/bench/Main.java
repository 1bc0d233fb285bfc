package dev.weft.bench;

import dev.weft.export.InvalidInputException;
import dev.weft.io.CheckFailedException;
import dev.weft.io.EnvironmentException;
import dev.weft.io.InputException;
import dev.weft.natives.NativeLibraryException;
import dev.weft.ops.Libtorch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What {@code bench/run} starts: {@code NAME [--quick]}, {@code report}, or {@code worker …} for a benchmark's own processes. */
public final class Main {
    /** Every benchmark, in the order of the report. */
    static final List<String> BENCHMARKS = List.of(
            "training-step",
            "member-cost",
            "members-memory",
            "native-memory-soak",
            "search-rate",
            "blend-step",
            "routed-step",
            "language-model",
            "cell-step",
            "sampler-overhead",
            "cell-space",
            "recipe-front",
            "versions");

    private Main() {}

    public static void main(String[] arguments) throws IOException {
        PrintStream out =
                new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true, StandardCharsets.UTF_8);
        int code = 0;
        try {
            run(Arrays.asList(arguments), out);
        } catch (InvalidInputException | CheckFailedException | EnvironmentException | NativeLibraryException e) {
            System.err.println("bench: " + e.getMessage());
            code = e instanceof InvalidInputException ? 2 : e instanceof CheckFailedException ? 1 : 3;
        }
        // libtorch's threads must not keep the process alive.
        System.exit(code);
    }

    private static void run(List<String> arguments, PrintStream out) throws IOException {
        String name = arguments.isEmpty() ? "" : arguments.get(0);
        Options options = Options.of(arguments);
        Results results = new Results(options.folder().resolve("results"));
        if (!name.equals("report")) {
            Libtorch.load(); // benchmarks use its own classes before any of Weft's
        }
        if (name.equals("worker")) {
            work(arguments.subList(1, arguments.size()), out);
        } else if (name.equals("report")) {
            out.print(Tables.markdown(results.latest(BENCHMARKS)));
        } else {
            Result measured = measure(name, arguments.subList(1, arguments.size()), options, out);
            Result result = measured.with("OpenBLAS kernels, Weft", Child.weftKernels());
            out.print("\n" + Tables.markdown(result));
            out.println(options.quick() ? "\nA quick trial: not kept." : "\nKept in " + results.append(result));
        }
    }

    private static Result measure(String name, List<String> arguments, Options options, PrintStream out) {
        return switch (name) {
            case "training-step" -> TrainingStepBenchmark.ofSlices(options, out).run();
            case "cell-step" -> TrainingStepBenchmark.ofCells(options, out).run();
            case "sampler-overhead" -> new SamplerOverheadBenchmark(options, out).run();
            case "cell-space" -> new CellSpaceBenchmark(options, out).run();
            case "member-cost" -> new MemberCostBenchmark(options, out).run();
            case "members-memory" -> new MembersMemoryBenchmark(options, out).run();
            case "native-memory-soak" -> new MemorySoakBenchmark(options, out).run();
            case "search-rate" -> new SearchRateBenchmark(options, out).run();
            case "blend-step" -> new BlendStepBenchmark(options, out).run();
            case "routed-step" -> new RoutedStepBenchmark(options, out).run();
            case "language-model" -> new LanguageModelBenchmark(options, out).run();
            case "recipe-front" -> new RecipeFrontBenchmark(arguments, options, out).run();
            case "versions" -> new VersionsBenchmark(arguments, options, out).run();
            default ->
                throw new InputException(
                        "A benchmark must be one of " + BENCHMARKS + ", or report, but got \"" + name + "\".");
        };
    }

    private static void work(List<String> arguments, PrintStream out) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        List<String> more = arguments.subList(1, arguments.size());
        switch (arguments.get(0)) {
            case "training-step" ->
                StepWorker.run(
                        more.get(0),
                        Path.of(more.get(1)),
                        Integer.parseInt(more.get(2)),
                        Integer.parseInt(more.get(3)),
                        Double.parseDouble(more.get(4)),
                        Double.parseDouble(more.get(5)),
                        in,
                        out);
            case "kernels" -> out.println("{}"); // libtorch is loaded, and OpenBLAS has said which
            case "members-memory" ->
                MembersMemoryWorker.run(more.get(0), Path.of(more.get(1)), Integer.parseInt(more.get(2)), out);
            case "shared-step" ->
                SharedStepWorker.run(
                        SharedStepWorker.Kind.valueOf(more.get(0)),
                        BenchModels.searched(more.get(1), Integer.parseInt(more.get(2))),
                        Integer.parseInt(more.get(3)),
                        Integer.parseInt(more.get(4)),
                        in,
                        out);
            case "language-model" ->
                LanguageModelWorker.run(
                        more.get(0),
                        Path.of(more.get(1)),
                        Integer.parseInt(more.get(2)),
                        Integer.parseInt(more.get(3)),
                        Double.parseDouble(more.get(4)),
                        in,
                        out);
            default -> throw new IllegalArgumentException("no such worker: " + arguments);
        }
    }
}
