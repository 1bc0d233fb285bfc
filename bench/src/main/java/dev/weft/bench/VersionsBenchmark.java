package dev.weft.bench;

import dev.weft.io.CheckFailedException;
import dev.weft.io.EnvironmentException;
import dev.weft.io.InputException;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The same steps in this version of Weft and in another, in turns: whether a change has made them slower. The other version is a clone
 * whose benchmarks are built, and its workers are asked what those of this one are.
 */
final class VersionsBenchmark {
    /** A worker, with what it is asked: {@code FOLDER} stands for a folder of its own. */
    private record Work(String what, List<String> worker, List<String> commands) {}

    private static final int WARM_UP = 10;
    private static final String FOLDER = "FOLDER";

    private final Options options;
    private final Path other;
    private final PrintStream out;
    private final int rounds;
    private final Result.Builder result;
    private final List<String> unequal = new ArrayList<>(); // whose losses are not the same in both versions

    /** @param arguments the folder of the other version's clone */
    VersionsBenchmark(List<String> arguments, Options options, PrintStream out) {
        List<String> folders =
                arguments.stream().filter(word -> !word.startsWith("--")).toList();
        if (folders.size() != 1) {
            throw new InputException(
                    "versions must have the folder of one clone of Weft, to compare with, but has " + folders + ".");
        }
        this.other = Path.of(folders.get(0)).toAbsolutePath().normalize();
        if (!Files.exists(jar()) || !Files.exists(classpath())) {
            throw new InputException(other
                    + " must be a clone of Weft whose benchmarks are built, but has no " + jar()
                    + ". Build it by calling its own bench/run report.");
        }
        this.options = options;
        this.out = out;
        this.rounds = options.quick() ? 2 : 10;
        this.result = new Result.Builder("versions")
                .setting("other version", commit())
                .setting("threads", options.threads())
                .setting("rounds", rounds);
    }

    /** The commit that the other clone is at, as git says it. */
    private String commit() {
        try {
            Process git = new ProcessBuilder("git", "-C", other.toString(), "rev-parse", "--short", "HEAD")
                    .redirectErrorStream(true)
                    .start();
            String answer = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (git.onExit().join().exitValue() != 0) {
                throw new InputException(other + " must be a clone of Weft that git knows, but git says: " + answer);
            }
            return answer;
        } catch (IOException e) {
            throw new EnvironmentException("Cannot ask git for the commit of " + other + ": " + e.getMessage(), e);
        }
    }

    private Path jar() {
        return other.resolve("bench/target/weft-bench.jar");
    }

    private Path classpath() {
        return other.resolve("bench/target/classpath.txt");
    }

    Result run() {
        for (Work work : works()) {
            compare(work);
        }
        return result.setting("first losses", unequal.isEmpty() ? "equal in all" : "not equal in " + unequal)
                .build();
    }

    private List<Work> works() {
        String threads = String.valueOf(options.threads());
        List<String> last = List.of("0.9", "0.05");
        List<Work> works = new ArrayList<>();
        for (String model : List.of("mobile-cnn", "vision-transformer")) {
            works.add(new Work(model, steps(model, threads, "32", last), List.of("plain 4", "sandwich 2")));
        }
        works.add(new Work("cell-quick", steps("cell-quick", threads, "64", last), List.of("single-path 16")));
        for (String model : List.of("gpt-128-4", "llama-128-4")) {
            works.add(new Work(
                    model,
                    List.of("language-model", model, FOLDER, threads, "8", "0.001"),
                    List.of("train 4", "generate 112")));
        }
        for (String kind : List.of("PLAIN", "BLEND")) {
            works.add(new Work(
                    "fused-cnn, " + kind.toLowerCase(Locale.ROOT),
                    List.of("shared-step", kind, "fused-cnn", "3", threads, "32"),
                    List.of("weights 4")));
        }
        return works;
    }

    private static List<String> steps(String model, String threads, String batch, List<String> last) {
        List<String> worker = new ArrayList<>(List.of("training-step", model, FOLDER, threads, batch));
        worker.addAll(last);
        return worker;
    }

    private void compare(Work work) {
        try (TemporaryFolder mine = TemporaryFolder.create();
                TemporaryFolder its = TemporaryFolder.create();
                Child now = start("this", System.getProperty("java.class.path"), work, mine);
                Child before = start("other", otherClasspath(), work, its)) {
            StepWorker.Ready ours = now.answer(StepWorker.Ready.class);
            StepWorker.Ready theirs = before.answer(StepWorker.Ready.class);
            if (ours.parameters() != theirs.parameters()) {
                throw new CheckFailedException(work.what + " must have as many parameters in both versions, but has "
                        + ours.parameters() + " in this one and " + theirs.parameters() + " in the other.");
            }
            for (String command : work.commands) {
                inTurns(work.what + ", " + command.split(" ")[0], command, now, before);
            }
        }
    }

    private String otherClasspath() {
        try {
            return jar() + File.pathSeparator + Files.readString(classpath()).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Child start(String name, String classpath, Work work, TemporaryFolder folder) {
        return Child.weft(
                name,
                classpath,
                Map.of(
                        "OMP_NUM_THREADS", String.valueOf(options.threads()),
                        "OPENBLAS_NUM_THREADS", String.valueOf(options.threads())),
                work.worker.stream()
                        .map(word -> word.equals(FOLDER) ? folder.path().toString() : word)
                        .toArray());
    }

    private void inTurns(String what, String command, Child now, Child before) {
        // Versions may draw other weights and members of the same seed; then the work is alike, and not the same.
        boolean same = now.ask(command, StepWorker.Steps.class)
                .losses()
                .equals(before.ask(command, StepWorker.Steps.class).losses());
        if (!same) {
            unequal.add(what);
        }
        for (int i = 0; i < (options.quick() ? 2 : WARM_UP); i++) {
            now.ask(command, StepWorker.Steps.class);
            before.ask(command, StepWorker.Steps.class);
        }
        Turns ours = new Turns("this version");
        Turns theirs = new Turns("the other");
        for (int round = 0; round < rounds; round++) {
            // Whoever comes second finds the caches as the first left them: each is first in every other round.
            boolean first = round % 2 == 0;
            StepWorker.Steps earlier = (first ? now : before).ask(command, StepWorker.Steps.class);
            StepWorker.Steps later = (first ? before : now).ask(command, StepWorker.Steps.class);
            ours.add(first ? earlier : later, first ? later : earlier);
            theirs.add(first ? later : earlier, null);
        }
        theirs.measured(result, what, "");
        ours.measured(result, what, "the other");
        Spread ratio = ours.ratio(options);
        out.printf(Locale.ROOT, "%s: this version / the other %s%n", what, Turns.text(ratio));
        result.goal(what + ": not slower than the other version", Turns.text(ratio), ratio.median() <= 1);
    }
}
