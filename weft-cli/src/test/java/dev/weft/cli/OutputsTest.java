package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.pick.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;

/** No command writes over what it reads, or two results to one file. */
class OutputsTest {
    /** Arguments of every command that name a file or folder to read. One that is written is marked so: see {@link Written}. */
    private static final List<String> READ = List.of(
            "train --base",
            "resume RUN_DIR",
            "diagnose FAMILY",
            "import --tokenizer",
            "import MODEL",
            "evaluate MODEL",
            "trust --members",
            "trust --scores",
            "trust --truth",
            "trust FAMILY",
            "search --table",
            "search RUN_DIR",
            "measure MODEL",
            "latency-table --table",
            "report RUN_DIR",
            "export FAMILY",
            "extract FAMILY",
            "extract --delta-of",
            "extract --base",
            "inspect FILE",
            "generate FAMILY",
            "compare RUN",
            "metrics RUN_DIR",
            "predict MODEL",
            "predict FILE");

    @TempDir
    static Path folder;

    private static Path run;
    private static Path data;

    @BeforeAll
    static void train() {
        run = Tiny.run(folder);
        data = folder.resolve("my data");
    }

    @Test
    void everyPathOfEveryCommandIsReadOrMarkedAsWritten() {
        List<String> read = new ArrayList<>();
        List<String> written = new ArrayList<>();
        for (Map.Entry<String, CommandLine> command :
                Main.commandLine().getSubcommands().entrySet()) {
            for (ArgSpec argument : command.getValue().getCommandSpec().args()) {
                boolean path = Path.class.isAssignableFrom(argument.type())
                        || Stream.of(argument.auxiliaryTypes()).anyMatch(Path.class::isAssignableFrom);
                String name = command.getKey() + " "
                        + (argument instanceof CommandLine.Model.OptionSpec option
                                ? option.longestName()
                                : argument.paramLabel());
                if (Outputs.isWritten(argument)) {
                    assertThat(path).as(name).isTrue();
                    written.add(name);
                } else if (path) {
                    read.add(name);
                }
            }
        }
        assertThat(read).containsExactlyInAnyOrderElementsOf(READ);
        assertThat(written)
                .contains("export --onnx", "export --safetensors", "extract --out", "report --out", "import --out");
    }

    /** The refusal of a command, after which every file is as it was. */
    private static String refused(String... args) throws IOException {
        Map<Path, String> before = files();
        Run refused = Run.weft(args);
        assertThat(refused.exitCode())
                .as(String.join(" ", args) + refused.out())
                .isEqualTo(ExitCode.USAGE);
        assertThat(refused.err().lines()).hasSize(1);
        assertThat(files()).isEqualTo(before);
        return refused.err();
    }

    private static Map<Path, String> files() throws IOException {
        Map<Path, String> files = new LinkedHashMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.sorted().toList()) {
                boolean lasting = Files.isRegularFile(file) && !file.endsWith("run.lock");
                files.put(
                        file,
                        lasting
                                ? new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1)
                                : "");
            }
        }
        return files;
    }

    @Test
    void noFileOfTheRunIsWrittenOver() throws IOException {
        List<String> own = new ArrayList<>(List.of("checkpoint-000777.safetensors", "nodes/x"));
        try (Stream<Path> files = Files.list(run)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals("report.html")) // a result, which is written anew
                    .forEach(own::add);
        }
        assertThat(own).contains("config.yaml", "run.db", "family.safetensors", "run.lock");
        String family = run.resolve("family.safetensors").toString();
        for (String name : own) {
            String file = run.resolve(name).toString();
            assertThat(refused("report", run.toString(), "--out", file)).contains("--out must");
            refused("extract", family, "--member", "smallest", "--out", file);
            refused("export", run.toString(), "--member", "smallest", "--onnx", file);
            refused("export", family, "--onnx", folder.resolve("x.onnx").toString(), "--safetensors", file);
        }
        assertThat(refused("trust", run.toString(), "--anchors", "3", "--out", run.toString()))
                .contains("--out must not be what is read");
    }

    @Test
    void aLinkIsWhatItLeadsTo() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), run.resolve("family.safetensors"));
        Path hard = Files.createLink(folder.resolve("hard"), run.resolve("family.safetensors"));
        Path linkedFolder = Files.createSymbolicLink(folder.resolve("linked"), run);
        for (Path file :
                List.of(link, hard, linkedFolder.resolve("run.db"), folder.resolve("x/../my run/./config.yaml"))) {
            refused("extract", run.toString(), "--member", "smallest", "--out", file.toString());
        }
    }

    @Test
    void whatIsReadAsDataStays() throws IOException {
        refused(
                "report",
                run.toString(),
                "--out",
                data.resolve("train-images-idx3-ubyte").toString());
        refused(
                "extract",
                run.toString(),
                "--member",
                "smallest",
                "--out",
                data.resolve("val-images-idx3-ubyte.gz").toString());
        Path inside = data.resolve("smallest.safetensors");
        assertThat(Run.weft("extract", run.toString(), "--member", "smallest", "--out", inside.toString())
                        .exitCode())
                .isZero();
        assertThat(Run.weft("extract", run.toString(), "--member", "smallest", "--out", inside.toString())
                        .exitCode())
                .as("a second time, over its own file")
                .isZero();
        refused("extract", inside.toString(), "--out", inside.toString());
        Files.delete(inside);
    }

    @Test
    void recipeTablesAndTokenizersStay() throws IOException {
        Path recipe = TinyRun.recipe(folder.resolve("r.yaml"), data, 1);
        refused("latency-table", recipe.toString(), "--out", recipe.toString());
        Path table = Files.writeString(folder.resolve("table.csv"), "member,a\n");
        refused(
                "latency-table",
                recipe.toString(),
                "--table",
                table.toString(),
                "--column",
                "a",
                "--out",
                table.toString());
        refused("import", "llama2c", table.toString(), "--tokenizer", recipe.toString(), "--out", recipe.toString());
        refused("import", "llama2c", table.toString(), "--tokenizer", recipe.toString(), "--out", table.toString());
        Path answers = Files.createDirectories(folder.resolve("answers"));
        Path scores = Files.writeString(answers.resolve("trust.json"), "member,score\n");
        refused("trust", "--scores", scores.toString(), "--truth", table.toString(), "--out", answers.toString());
    }

    @Test
    void twoResultsAreTwoFiles() throws IOException {
        String same = folder.resolve("same").toString();
        assertThat(refused("export", run.toString(), "--onnx", same, "--safetensors", folder + "/./SAME"))
                .contains("must be two files");
        assertThat(refused("export", run.toString(), "--onnx", same, "--safetensors", same))
                .contains("must be two files");
        assertThat(refused("export", run.toString(), "--onnx", folder.toString()))
                .contains("is a folder");
        refused("diagnose", run.toString(), "--out", run.resolve("tree.html").toString());
    }
}
