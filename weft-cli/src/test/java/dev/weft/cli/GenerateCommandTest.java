package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.model.Family;
import dev.weft.model.TinyModels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code import} of a trained language model, and {@code generate} with it and with an elastic one. */
class GenerateCommandTest {
    private static final Path FILES =
            Path.of("..", "weft-core", "src", "test", "resources", "dev", "weft", "model", "stories260k");
    private static final Path MODEL = FILES.resolve("stories260K.bin");
    private static final Path TOKENIZER = FILES.resolve("tok512.bin");

    @TempDir
    static Path folder;

    private static String stories;
    private static JsonNode imported;

    @BeforeAll
    static void importModel() {
        stories = folder.resolve("my stories.safetensors").toString();
        Run run = Run.weft(
                "import", "llama2c", MODEL.toString(), "--tokenizer", TOKENIZER.toString(), "--out", stories, "--json");
        assertThat(run.exitCode()).as(run.err()).isZero();
        imported = run.json();
    }

    private static String refused(String... args) {
        Run done = Run.weft(args);
        assertThat(done.exitCode()).as(done.err()).isEqualTo(ExitCode.USAGE);
        assertThat(done.err().lines()).hasSize(1).allSatisfy(line -> assertThat(line)
                .startsWith("weft: "));
        assertThat(done.out()).isEmpty();
        return done.err();
    }

    @Test
    void importTellsWhatItMade() {
        assertThat(imported.get("family").asText()).isEqualTo(stories);
        assertThat(imported.get("params").asLong()).isEqualTo(260_032);
        assertThat(imported.get("vocabulary").asInt()).isEqualTo(512);
        assertThat(imported.get("contextLength").asInt()).isEqualTo(512);
        Run text = Run.weft(
                "import",
                "llama2c",
                MODEL.toString(),
                "--tokenizer",
                TOKENIZER.toString(),
                "--context",
                "64",
                "--out",
                folder.resolve("short.safetensors").toString());
        assertThat(text.out())
                .contains("language-model: 260,032 parameters, 512 different tokens, 64 at a time")
                .contains("Next: weft generate ");
        assertThat(Run.weft("inspect", stories).out()).contains("blocks.4.attn.kv.weight");
    }

    @Test
    void greedyTextIsThatOfTheReferenceProgram() throws IOException {
        Run run = Run.weft("generate", stories, "--prompt", "Once upon a time", "--greedy", "--max-tokens", "196");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out().strip())
                .isEqualTo(Files.readString(FILES.resolve("golden-t0-n200.txt")).strip());
        assertThat(run.err())
                .startsWith("196 tokens in ")
                .contains("(max-tokens)")
                .doesNotContain("--seed");
        assertThat(Run.weft(
                                "generate",
                                stories,
                                "--prompt",
                                "Once upon a time",
                                "--temperature",
                                "0",
                                "--max-tokens",
                                "196")
                        .out())
                .isEqualTo(run.out());
        assertThat(refused("generate", stories, "--prompt", "a", "--greedy", "--temperature", "1"))
                .contains("--greedy takes the most likely token")
                .contains("Give one of the two");
    }

    @Test
    void textIsDrawnAndTheSeedThatIsPrintedWritesItAgain() {
        String[] command = {"generate", stories, "--prompt", "Once", "--max-tokens", "60", "--json"};
        JsonNode first = Run.weft(command).json();
        JsonNode second = Run.weft(command).json();
        assertThat(first.get("temperature").asDouble()).isEqualTo(0.8);
        assertThat(second.get("seed").asLong()).isNotEqualTo(first.get("seed").asLong());
        assertThat(second.get("text").asText()).isNotEqualTo(first.get("text").asText());
        String seed = first.get("seed").asText();
        Run again = Run.weft("generate", stories, "--prompt", "Once", "--max-tokens", "60", "--seed", seed);
        assertThat(again.out().stripTrailing())
                .isEqualTo(("Once" + first.get("text").asText()).stripTrailing());
        assertThat(again.err()).contains("; --seed " + seed + " writes this again");
    }

    /** What looks like something else on a command line is text all the same. */
    @Test
    void aPromptIsTextWhateverItBeginsWith() throws IOException {
        Path home = Files.writeString(folder.resolve("home"), "lazy");
        for (String prompt : new String[] {
            "@" + home,
            "@home",
            "@@home",
            "-5",
            "-x",
            "${sys:user.name}",
            "$HOME",
            "%s%n",
            "\"quoted\"",
            "'",
            " a ",
            "a\\nb"
        }) {
            Run run = Run.weft("generate", stories, "--greedy", "--max-tokens", "1", "--json", "--prompt", prompt);
            assertThat(run.exitCode()).as(prompt + ": " + run.err()).isZero();
            assertThat(run.json().get("prompt").asText()).isEqualTo(prompt);
        }
        JsonNode empty = Run.weft("generate", stories, "--greedy", "--max-tokens", "1", "--json", "--prompt", "")
                .json();
        assertThat(empty.get("prompt").asText()).isEmpty();
        // A forgotten value does not eat the next option.
        assertThat(refused("generate", stories, "--prompt", "--greedy"))
                .contains("Expected parameter for option '--prompt' but found '--greedy'");
    }

    @Test
    void aCheckpointWithWhatIsNoNumberIsRefusedWhereItEnters() throws IOException {
        Path out = folder.resolve("nan.safetensors");
        for (float none : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            byte[] bytes = Files.readAllBytes(MODEL);
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(28 + 4 * 1234, none);
            Path bad = Files.write(folder.resolve("nan.bin"), bytes);
            assertThat(refused(
                            "import",
                            "llama2c",
                            bad.toString(),
                            "--tokenizer",
                            TOKENIZER.toString(),
                            "--out",
                            out.toString()))
                    .contains(bad
                            + ": tensor \"wte.weight\" must hold finite numbers, but 1 of 32768 are none (element 1234, from"
                            + " 0, is " + none + ")");
            assertThat(out).doesNotExist();
        }
    }

    @Test
    void jsonIsOneDocument() {
        String[] command = {
            "generate",
            stories,
            "--prompt",
            "Once",
            "--max-tokens",
            "20",
            "--temperature",
            "1",
            "--top-k",
            "50",
            "--seed",
            "4",
            "--json"
        };
        JsonNode json = Run.weft(command).json();
        assertThat(json.get("prompt").asText()).isEqualTo("Once");
        assertThat(json.get("tokens").asInt()).isEqualTo(20);
        assertThat(json.get("ending").asText()).isEqualTo("max-tokens");
        assertThat(json.get("text").asText())
                .startsWith(" ")
                .isEqualTo(Run.weft(command).json().get("text").asText());
        command[10] = "--seed";
        command[11] = "5";
        assertThat(Run.weft(command).json().get("text").asText())
                .isNotEqualTo(json.get("text").asText());
    }

    @Test
    void eachMemberOfAFamilyWrites() {
        String file = folder.resolve("elastic.safetensors").toString();
        try (Family family = Family.of(TinyModels.llama(), 3)) {
            family.save(Path.of(file));
        }
        String prompt = Character.toString(0x10001);
        for (String member : new String[] {"smallest", "largest"}) {
            Run run = Run.weft("generate", file, "--member", member, "--prompt", prompt, "--max-tokens", "25");
            assertThat(run.exitCode()).as(run.err()).isZero();
            assertThat(run.out().strip().codePoints().count()).isEqualTo(26); // more than the context of 10
        }
        assertThat(refused("generate", file, "--prompt", prompt, "--member", "largets"))
                .contains("names no member");
        assertThat(refused("generate", file, "--prompt", "")).contains("A prompt must have a token");
        assertThat(refused("generate", file, "--prompt", "abc")).contains("a");
    }

    @Test
    void otherFamiliesAndSettingsOutOfRangeAreRefused() {
        String file = folder.resolve("images.safetensors").toString();
        try (Family family = Family.of(TinyModels.visionTransformer(), 3)) {
            family.save(Path.of(file));
        }
        assertThat(refused("generate", file, "--prompt", "a")).contains("this family is of a vision-transformer");
        assertThat(refused("generate", stories, "--prompt", "a", "--max-tokens", "0"))
                .contains("maxTokens must be 1 or more, but is 0.");
        assertThat(refused("generate", stories, "--prompt", "a", "--temperature", "-1"))
                .contains("temperature must be from 0");
    }

    @Test
    void importRefusesWrongFilesInOneLineAndWritesNothing() throws IOException {
        Path out = folder.resolve("none.safetensors");
        byte[] bytes = Files.readAllBytes(MODEL);
        Path cut = Files.write(folder.resolve("cut.bin"), Arrays.copyOf(bytes, 1000));
        String tokenizer = TOKENIZER.toString();
        String[][] wrong = {
            {cut.toString(), tokenizer, "It is cut short, or another kind of file."},
            {tokenizer, tokenizer, "holds no sizes of one"},
            {MODEL.toString(), MODEL.toString(), "must be a tokenizer of llama2.c"},
            {folder.resolve("missing.bin").toString(), tokenizer, "Cannot read "}
        };
        for (String[] row : wrong) {
            assertThat(refused("import", "llama2c", row[0], "--tokenizer", row[1], "--out", out.toString()))
                    .contains(row[2]);
        }
        assertThat(refused(
                        "import",
                        "llama2c",
                        MODEL.toString(),
                        "--tokenizer",
                        tokenizer,
                        "--out",
                        out.toString(),
                        "--context",
                        "1"))
                .contains("--context must be 2 or more");
        assertThat(refused("import", "gguf", MODEL.toString(), "--tokenizer", tokenizer, "--out", out.toString()))
                .contains("llama2c");
        assertThat(out).doesNotExist();
    }
}
